import { describe, expect, it } from 'vitest'
import { adviceFor } from '../../src/identity/aadsts-codes.ts'
import { odLink } from '../helpers/program/od-link.ts'

/** The numbers that Microsoft's documentation explains, and those that public reports of such programs are about. */
const documented = `
  16000 28002 28003 50011 50020 50033 50034 50053 50055 50057 50058 50059 50072 50074 50076 50078 50079 50087 50089
  50097 50105 50126 50129 50131 50132 50133 50135 50137 50140 50142 50144 50147 50148 50158 50173 50194 50196 50199
  51004 53000 53001 53002 53003 53004 53010 53011 54005 65001 65004 65005 70000 70001 70002 70008 70011 70012 70016
  70018 70019 70020 70043 90002 90006 90014 90019 90023 90024 90027 90033 90038 90055 90072 90094 90095 90100 90124
  90130 500011 500014 500113 500117 500201 500208 501481 501491 530032 530035 530036 650051 650052 650053 650057
  700005 700011 700016 700022 700023 700025 700081 700082 700084 900144 900382 900439 900561 900971 901002 7000112
  7000215 7000218 7000222 9002313 9002325 9002326 9002327 9002331 9002332 9002346 9010010`
const reported = `
  50005 50085 50125 50127 50128 50140 50142 50155 50187 50199 53005 53009 65006 70018 70019 70020 70044 70046 90008 90009
  90013 90015 90025 90056 90093 90102 90123 500014 500021 500022 500212 500213 500571 530003 530021 530022 530033
  530036 530084 650051 650053 650054 650056 700054 7000012 7000216 700003 700009 900021 900023 900432 900561 900491
  1002016 5000225 135010`
const numbers = [...new Set([documented, reported].join(' ').trim().split(/\s+/).map(Number))]

describe('a number that people meet', () => {
  it('is known, with a sentence and a next step', () => {
    expect(numbers.length).toBeGreaterThan(160)
    const without = numbers.filter((code) => !adviceFor(code)?.meaning || adviceFor(code)?.next.length === 0)
    expect(without).toEqual([])
  })

  it('is explained by the program', async () => {
    const text = numbers.map((code) => `AADSTS${code}`).join('\n')
    const { code, stdout, stderr } = await odLink(['explain', '--json', '-'], { input: text })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const explained: { code: string; known: boolean; cure: string; page: string }[] = JSON.parse(stdout)
    expect(explained.map(({ code }) => code)).toEqual(numbers.map((number) => `AADSTS${number}`))
    expect(explained.filter(({ known, cure }) => !known || cure === '')).toEqual([])
    for (const { code, page } of explained)
      expect(page).toBe(`https://login.microsoftonline.com/error?code=${code.slice(6)}`)
  })

  it.each([
    ['AADSTS70002: The client does not exist or is not enabled for consumers.', /personal accounts/],
    ["AADSTS90023: Public clients can't send a client secret.", /has no secret/],
    ["AADSTS70001: Application with identifier 'x' was not found in the directory y.", /client ID/],
  ])('is explained by the words beside it: %s', async (text, meaning) => {
    const { code, stdout } = await odLink(['explain', text])
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(meaning) })
  })
})
