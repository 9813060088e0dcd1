import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { qrCode } from '../../../src/commands/login/qr-code.ts'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { newWorld, type World } from '../../helpers/program/world.ts'
import { hasTerminal, odLinkWord, startInTerminal } from '../../helpers/terminal/terminal.ts'

it('a QR code is square, with light dots around it and its three corners', async () => {
  const lines = await qrCode('https://microsoft.com/devicelogin')
  expect(lines).toHaveLength(17)
  for (const line of lines) expect(line).toMatch(/^ {2}.{29} {2}$/)
  expect(lines[0]?.trim()).toBe('')
  for (const line of [lines[1], lines[12]]) expect(line).toMatch(/^ {2}█▀▀▀▀▀█ /)
  expect(lines[1]).toMatch(/ █▀▀▀▀▀█ {2}$/)
})

describe.runIf(hasTerminal())('od-link login --device', () => {
  let sandbox: SandboxProcess
  let world: World
  beforeAll(async () => {
    sandbox = await startSandbox()
    world = newWorld(sandbox)
  })
  afterAll(async () => {
    world?.remove()
    await sandbox?.stop()
  })
  const shownAt = async (columns: number, env: NodeJS.ProcessEnv = {}) => {
    const line = `stty cols ${columns}; ${odLinkWord} login --device`
    const terminal = startInTerminal(line, { ...world.env, ...env })
    await terminal.seen(/expires in/)
    terminal.child.kill()
    await terminal.ended
    return terminal.shown().split('\n')
  }

  it('has the page as a QR code beside the code, or above it in a narrow terminal', async () => {
    const wide = await shownAt(80)
    expect(wide.filter((line) => line.includes('█▀▀▀▀▀█'))).toHaveLength(2)
    expect(wide.some((line) => /^ {3}.{29} {4}[A-Z\d]{8,9}$/.test(line))).toBe(true)
    expect(Math.max(...wide.map(({ length }) => length))).toBeLessThanOrEqual(80)
    const narrow = await shownAt(50)
    expect(narrow.filter((line) => line.includes('█▀▀▀▀▀█'))).toHaveLength(2)
    expect(narrow.some((line) => /^ {2}[A-Z\d]{8,9}$/.test(line))).toBe(true)
  })

  it.each([
    ['too narrow', 30, {}],
    ['dumb', 80, { TERM: 'dumb' }],
    ['without colours', 80, { NO_COLOR: '1' }],
  ])('has none in a terminal that is %s', async (_, columns, env) => {
    const lines = await shownAt(columns, env)
    expect(lines.join('\n')).not.toContain('█▀▀▀▀▀█')
    expect(lines.some((line) => /^ {2}[A-Z\d]{8,9}$/.test(line))).toBe(true)
  })
})
