import { describe, expect, it } from 'vitest'
import { type LinkWish, shareItem } from '../../../src/graph/files/share.ts'
import { ownPlace } from '../../../src/graph/place.ts'
import { script } from '../../helpers/microsoft/fake-folders.ts'
import { atOf, fakeGraph, missing, ok, type Told } from '../../helpers/microsoft/fake-graph.ts'

const post = 'POST /me/drive/root:/a.txt:/createLink'
const webUrl = 'https://1drv.ms/t/s!A'
const view: LinkWish = { canEdit: false }

function share(answers: Record<string, Told[]>, wish: LinkWish = view, path = ['a.txt']) {
  const graph = fakeGraph(script(answers))
  return { graph, link: shareItem(atOf(graph, ownPlace(path)), wish) }
}

describe('a sharing link', () => {
  it('is told as the server has it', async () => {
    const json = {
      link: { webUrl, type: 'edit', scope: 'organization' },
      expirationDateTime: '2026-12-24T00:00:00Z',
      hasPassword: true,
    }
    const expires = Date.UTC(2026, 11, 24)
    const { graph, link } = share(
      { [post]: [{ status: 201, json }] },
      {
        ...{ canEdit: true, scope: 'organization', expires },
      },
    )
    const told = { url: webUrl, type: 'edit', scope: 'organization', expires, hasPassword: true }
    expect(await link).toEqual({ ...told, created: true })
    expect(graph.asked[0]?.body).toEqual({
      ...{ type: 'edit', scope: 'organization', expirationDateTime: '2026-12-24T00:00:00Z' },
    })
  })

  it('that existed is not called new, and what is not said is what was asked for', async () => {
    const { graph, link } = share({ [post]: [ok({ link: { webUrl } })] })
    const told = { type: 'view', scope: 'users', expires: undefined, hasPassword: false, created: false }
    expect(await link).toEqual({ url: webUrl, ...told })
    expect(graph.asked[0]?.body).toEqual({ type: 'view' })
    const wish = { canEdit: true, scope: 'anonymous' } as const
    const other = share({ [post]: [ok({ link: { webUrl, type: 1 }, hasPassword: 'yes' })] }, wish)
    expect(await other.link).toMatchObject({ type: 'edit', scope: 'anonymous', hasPassword: false })
  })

  it('to what is behind a shortcut is made in that drive', async () => {
    const remoteItem = { id: 'R', folder: {}, parentReference: { driveId: 'b!R' } }
    const { link } = share(
      {
        'POST /me/drive/root:/Team/a.txt:/createLink': [missing],
        'GET /me/drive/root:/Team:': [ok({ id: 'S', name: 'Team', remoteItem })],
        'GET /me/drive/root:/Team/a.txt:': [missing],
        'POST /drives/b!R/items/R:/a.txt:/createLink': [ok({ link: { webUrl } })],
      },
      view,
      ['Team', 'a.txt'],
    )
    expect(await link).toMatchObject({ url: webUrl })
  })

  it.each([[{}], [{ link: 'x' }], [{ link: { webUrl: 'javascript:alert(1)' } }], [{ link: { webUrl: 7 } }]])(
    'that cannot be read is none: %j',
    async (json) => {
      const { link } = share({ [post]: [ok(json)] })
      await expect(link).rejects.toMatchObject({
        ...{ kind: 'service', reason: 'unreadable-answer' },
        message: 'OneDrive did not say what the link to "/a.txt" is.',
        hint: 'Look at the sharing settings of the item in the browser.',
      })
    },
  )

  it('to nothing says so', async () => {
    const { link } = share({ [post]: [missing], 'GET /me/drive/root:/a.txt:': [missing] })
    await expect(link).rejects.toMatchObject({ message: 'There is nothing at "/a.txt".' })
  })
})

describe('a refusal to share', () => {
  const refusal = (status: number, code: string): Record<string, Told[]> => ({
    [post]: [{ status, json: { error: { code, message: 'No.' } } }],
  })
  const nextOf = async (answers: Record<string, Told[]>, wish: LinkWish) =>
    share(answers, wish).link.then(
      () => undefined,
      ({ next }) => next,
    )
  const owner =
    'The owner of the folder, or the administrator of your organization, decides what may be shared.'
  const forAnyone = { flags: { organization: undefined, anyone: true } }
  const forOrganization = { flags: { anyone: undefined, organization: true } }

  it.each([
    [403, 'accessDenied'],
    [501, 'notSupported'],
    [423, 'sharingDisabled'],
    [423, 'PolicyViolation'],
  ])('names the kinds of links that may be allowed: %i %s', async (status, code) => {
    const answers = refusal(status, code)
    expect(await nextOf(answers, view)).toEqual([owner])
    expect(await nextOf(answers, { canEdit: false, scope: 'anonymous' })).toEqual([
      { intro: 'Links for anyone may be forbidden. For people in your organization:', ...forOrganization },
      owner,
    ])
    expect(await nextOf(answers, { canEdit: true, scope: 'organization' })).toEqual([
      { intro: 'A personal OneDrive has no organization. For anyone:', ...forAnyone },
      { intro: 'A link that only shows it:', flags: { edit: undefined } },
      owner,
    ])
  })

  it('for another reason has its own next step', async () => {
    expect(await nextOf(refusal(503, 'serviceNotAvailable'), view)).not.toContain(owner)
    await expect(share(refusal(403, 'accessDenied')).link).rejects.toMatchObject({
      message: 'Sharing "/a.txt" is not allowed: No.',
    })
    await expect(share({ [post]: [{ status: 302 }] }).link).rejects.toThrow('Sharing "/a.txt"')
  })
})
