import { expect, it } from 'vitest'
import { isDeviceName } from '../../src/system/device-name.ts'

it.each([
  ['NUL', 'con', 'Prn', 'AUX', 'COM1', 'lpt9', 'COM²', 'CONIN$', 'conout$'],
  [
    'nul.txt',
    'CON.tar.gz',
    'NUL:',
    'nul ',
    'aux .txt',
    'C:NUL',
    'logs\\prn.txt',
    'C:/logs/com3.bin',
    'nul. :.',
  ],
])('%j and such are devices on Windows, and files elsewhere', (...paths) => {
  for (const path of paths) {
    expect([path, isDeviceName(path, 'win32')]).toEqual([path, true])
    expect([path, isDeviceName(path, 'linux')]).toEqual([path, false])
  }
})

it.each([['null', 'console.log', 'com', 'COM10', 'xNUL', 'nul-1', 'a.nul', 'NUL\\file', 'CON$', '']])(
  '%j and such are files on Windows',
  (...paths) => {
    for (const path of paths) expect([path, isDeviceName(path, 'win32')]).toEqual([path, false])
  },
)
