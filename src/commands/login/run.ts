import type { Arguments } from '../../cli/command.ts'
import { secondsOf, textOf } from '../shared/arguments.ts'
import { signInAndLink } from './sign-in.ts'

/** `od-link login` */
export async function run({ options }: Arguments): Promise<void> {
  await signInAndLink({
    account: textOf(options, 'account'),
    clientId: textOf(options, 'client-id'),
    tenant: textOf(options, 'tenant'),
    cloud: textOf(options, 'cloud'),
    redirectUri: textOf(options, 'redirect-uri'),
    listen: textOf(options, 'listen'),
    scope: textOf(options, 'scope'),
    name: textOf(options, 'as'),
    loginHint: textOf(options, 'login-hint'),
    responseMode: options['response-mode'] === 'form_post' ? 'form_post' : 'query',
    device: options.device === true,
    noBrowser: options['no-browser'] === true,
    timeoutSeconds: secondsOf(options, 'timeout'),
    json: options.json === true,
  })
}
