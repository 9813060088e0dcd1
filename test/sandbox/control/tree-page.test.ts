import { describe, expect, it } from 'vitest'
import { readableSize } from '../../../sandbox/control/tree.ts'
import { ada, call, control, drive, grace } from '../../helpers/sandbox/client.ts'

describe('the page of the drives', () => {
  it('shows the drives as a tree, escaped, without a script', async () => {
    const { to, make } = await drive(grace)
    await make('/me/drive/root/children', 'A & B')
    await make('/me/drive/root:/A%20%26%20B:/children', 'inner')
    const page = await call(`${to.origin}/`)
    expect(page.text).toContain('A &#38; B</a><ul>')
    expect(page.headers.get('refresh')).toBe('2')
    expect((await call(`${to.origin}/?still`)).headers.get('refresh')).toBeNull()
    expect(page.text).not.toContain('<script')
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; img-src data:;/,
    )
    // Told from a tab of Microsoft's.
    expect(page.text).toContain('<link rel="icon" href="data:image/svg+xml,')
  })

  it('shows files, their sizes, and how full each drive is', async () => {
    const { to, put } = await drive(ada)
    await put('/me/drive/root:/a/<b>.bin:/content', 'x'.repeat(1536))
    await put('/me/drive/root:/a/c:/content', 'x')
    await put('/me/drive/root:/a/small.bin:/content', 'x'.repeat(1536))
    const { text } = await call(`${to.origin}/`)
    expect(text).toContain('small.bin</a><span class="size">1.5 KB</span>')
    expect(text).toContain('<span class="size">1 byte</span>')
    expect(text).toContain('work account, 1.5 KB of 1 TB used')
    expect(text).toContain('personal account, 0 bytes of 5 GB used')
    expect(text).not.toContain('<script')
    expect(text).not.toContain('<b>')
    const [folder] = (await control(to, 'GET', `drive?username=${ada}`)).json.children
    expect(folder.children.at(-1)).toEqual({ name: 'small.bin', folder: false, size: 1536, children: [] })
  })
})

describe('a size', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [1023, '1023 bytes'],
    [1024, '1 KB'],
    [1536, '1.5 KB'],
    [1024 ** 2 - 1, '1 MB'],
    [1024 ** 3 - 1, '1 GB'],
    [150 * 1024 ** 2, '150 MB'],
    [5 * 1024 ** 5, '5120 TB'],
  ])('of %i bytes reads %s', (bytes, text) => {
    expect(readableSize(bytes)).toBe(text)
  })
})
