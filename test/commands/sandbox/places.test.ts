import { afterAll, beforeAll, expect, it } from 'vitest'
import { type SandboxProcess, startSandbox } from '../../helpers/microsoft/sandbox.ts'
import { startOdLink } from '../../helpers/program/od-link.ts'

let sandbox: SandboxProcess & { places: { kind: string; username: string; address: string }[] }

beforeAll(async () => {
  sandbox = (await startSandbox()) as typeof sandbox
})
afterAll(() => sandbox.stop())

it('--json lists places outside a person’s own drive', () => {
  expect(sandbox.places.map(({ kind, username }) => `${kind}, ${username}`)).toEqual([
    'library, ada@contoso.example',
    'shared folder, ada@contoso.example',
    'shortcut, ada@contoso.example',
    'shortcut, charles@contoso.example',
    'lost shortcut, charles@contoso.example',
    'shared folder, grace@outlook.example',
    'shortcut, grace@outlook.example',
    'lost shortcut, margaret@outlook.example',
  ])
  for (const { kind, address } of sandbox.places)
    expect(address.startsWith(kind.endsWith('shortcut') ? '/' : `${sandbox.origin}/`), address).toBe(true)
})

it('a person reads them on stderr, below the lines to paste', async () => {
  const running = startOdLink(['sandbox'])
  const [stdout, stderr] = [running.child.stdout, running.child.stderr]
  let [lines, talk] = ['', '']
  stdout?.on('data', (piece) => {
    lines += piece
  })
  stderr?.on('data', (piece) => {
    talk += piece
  })
  await expect.poll(() => talk).toContain('Press Ctrl-C to stop the sandbox.')
  running.child.kill('SIGINT')
  await running.ended
  expect(lines).toMatch(/^(?:export \w+=\S+\n)+$/)
  expect(talk).toMatch(
    /\n {2}ada@contoso\.example\n {4}library {8}http:\S+\/sites\/project-x\/Shared%20Documents\/General\n/,
  )
  expect(talk).toMatch(/\n {4}shortcut {7}\/Pictures of Margaret\n/)
})
