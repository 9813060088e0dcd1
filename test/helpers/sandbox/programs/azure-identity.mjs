/*
 * The credentials of Azure's SDK, as its documentation has them. Arguments: a way, a client id, and what the way needs. It
 * prints what it learned as JSON, a line each.
 */

import { ClientSecretCredential, DeviceCodeCredential, InteractiveBrowserCredential } from '@azure/identity'

const scopes = ['https://graph.microsoft.com/Files.ReadWrite', 'https://graph.microsoft.com/User.Read']
const [, , way, clientId, tenantId, clientSecret, person] = process.argv
const show = (facts) => console.log(JSON.stringify(facts))

async function use(credential) {
  const { token } = await credential.getToken(scopes)
  const again = await credential.getToken(scopes)
  const headers = { authorization: `Bearer ${token}` }
  const me = await (await fetch('https://graph.microsoft.com/v1.0/me', { headers })).json()
  show({ me: me.userPrincipalName, cached: again.token === token })
}

const ways = {
  device: () =>
    use(
      new DeviceCodeCredential({
        ...{ clientId, tenantId },
        userPromptCallback: ({ userCode, verificationUri }) => show({ userCode, verificationUri }),
      }),
    ),
  browser: () =>
    use(new InteractiveBrowserCredential({ clientId, tenantId, redirectUri: 'http://localhost:8401' })),
  async secret() {
    const credential = new ClientSecretCredential(tenantId, clientId, clientSecret)
    const got = await credential.getToken('https://graph.microsoft.com/.default').catch((error) => error)
    if (got instanceof Error) return show({ name: got.name, message: got.message })
    const headers = { authorization: `Bearer ${got.token}` }
    const read = async (path) => (await fetch(`https://graph.microsoft.com/v1.0${path}`, { headers })).json()
    const [me, drive] = [await read('/me'), await read(`/users/${person}/drive`)]
    show({ me: me.error.message, owner: drive.owner.user.email })
  },
}
await ways[way]()
