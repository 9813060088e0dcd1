import { describe, expect, it } from 'vitest'
import {
  byteSize,
  countdown,
  isoTime,
  localTime,
  longDuration,
  shortDuration,
} from '../../src/text/format.ts'

describe('a size', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [1023.4, '1023 bytes'],
    [1024, '1.0 KB'],
    [1024 ** 2 - 1, '1.0 MB'],
    [1.25 * 1024 ** 3, '1.3 GB'],
    [5 * 1024 ** 5, '5120.0 TB'],
  ])("of %f bytes is shown as OneDrive's pages show it: %s", (bytes, words) => {
    expect(byteSize(bytes)).toBe(words)
  })
})

describe('a duration', () => {
  it.each([
    [0, '0 s', '0 seconds'],
    [1, '1 s', '1 second'],
    [2.14, '2.1 s', '2 seconds'],
    [9.96, '10 s', '10 seconds'],
    [60, '60 s', '1 minute'],
    [300, '5 min', '5 minutes'],
    [3_661, '61 min', '1 hour 1 minute'],
    [36 * 3_600, '36 h', '1 day 12 hours'],
    [90 * 86_400, '2160 h', '90 days'],
  ])(
    'of %f s is short in a line of progress (%s) and written out in a sentence (%s)',
    (seconds, short, long) => {
      expect(shortDuration(seconds)).toBe(short)
      expect(longDuration(seconds)).toBe(long)
    },
  )

  it.each([
    [0, '0:00'],
    [897, '14:57'],
  ])('of %i s that runs down is a clock: %s', (seconds, clock) => {
    expect(countdown(seconds)).toBe(clock)
  })
})

describe('a time for programs', () => {
  it('is in UTC, to the second', () => {
    expect(isoTime(Date.UTC(2026, 10, 24, 10, 45, 8, 250))).toBe('2026-11-24T10:45:08Z')
  })
})

describe('a time for a person', () => {
  it('is by the clock of this machine, to the minute', () => {
    expect(localTime(new Date(2026, 0, 4, 7, 5, 59).getTime())).toBe('2026-01-04 07:05')
  })
})
