import { describe, expect, it } from 'vitest'
import { call } from '../../helpers/sandbox/client.ts'
import { charles, margaret, worldOfPlaces } from '../../helpers/sandbox/places.ts'

describe('an address that a person opens', () => {
  it('shows the folder there: of a library, a work drive, a personal drive, by a link, by the page around it', async () => {
    const { to, site, arrange } = await worldOfPlaces()
    const [library] = site.drives
    const place = await arrange('rights', {
      in: library.driveId,
      path: '/Général/A & B',
      username: charles,
      role: 'read',
    })
    const work = await arrange('link', { in: charles, path: '/Plans', type: 'edit', scope: 'organization' })
    const personal = await arrange('link', { in: margaret, path: '/Flights' })
    const own = await arrange('rights', { in: margaret, path: '/Pictures', username: charles, role: 'read' })
    const id = encodeURIComponent('/sites/project-x/Shared Documents/Général')
    const cases = [
      [place.webUrl, 'A &#38; B'],
      [`${to.origin}/sites/project-x`, 'Project X › Documents'],
      [`${to.origin}/sites/project-x/Shared%20Documents/Forms/AllItems.aspx?id=${id}&viewid=1`, 'Général'],
      [`${to.origin}/sites/project-x/Shared%20Documents/Forms/AllItems.aspx`, 'Project X › Documents'],
      [
        `${to.origin}/my?id=${encodeURIComponent('/personal/charles_contoso_example/Documents/Plans')}`,
        'Plans',
      ],
      [work.webUrl, 'Plans'],
      [personal.webUrl, 'Flights'],
      [own.webUrl, 'Pictures'],
    ]
    for (const [address, title] of cases) {
      const page = await call(address)
      expect([page.status, /<h1>(.*)<\/h1>/.exec(page.text)?.[1]], address).toEqual([200, title])
      expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
    }
    expect((await call(place.webUrl)).text).toContain('readable by Charles Babbage')
    expect((await call(work.webUrl)).text).toContain('a sharing link to edit, organization')
  })

  it('answers 404 where nothing is, and refuses what is not reading', async () => {
    const { to } = await worldOfPlaces()
    for (const path of [
      '/sites/none',
      '/personal/nobody/Documents',
      '/:f:/g/nothing',
      '/sites/%E0%A4%A',
      '/my?id=%2F',
    ])
      expect((await call(`${to.origin}${path}`)).status, path).toBe(404)
    expect((await call(`${to.origin}/sites/project-x`, { method: 'POST' })).status).toBe(405)
  })
})
