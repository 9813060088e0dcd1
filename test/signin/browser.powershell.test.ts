import { expect, it, vi } from 'vitest'
import { openBrowser } from '../../src/signin/browser.ts'

const opening = vi.hoisted(() => vi.fn())
vi.mock('open', () => ({ default: opening }))

const wsl = { browser: undefined, hasDisplay: true, ssh: undefined, isWsl: true, place: undefined }
const open = () => openBrowser('https://login.example/', wsl, (local) => local, 50)

it('PowerShell that hangs while it opens the browser of Windows is not waited for', async () => {
  opening.mockReturnValue(new Promise(() => {}))
  expect(await open()).toBe('PowerShell did not respond')
  expect(opening).toHaveBeenCalledWith('https://login.example/')
})

it('PowerShell that fails after that crashes nothing', async () => {
  let fail = (_: Error) => {}
  opening.mockReturnValue(
    new Promise((_, reject) => {
      fail = reject
    }),
  )
  expect(await open()).toBe('PowerShell did not respond')
  fail(new Error('too late'))
  await new Promise((resolve) => setTimeout(resolve, 20))
})
