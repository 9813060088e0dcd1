import { type Cloud, findCloud } from '../identity/clouds.ts'
import { type Audience, audiences, menu } from '../identity/portal.ts'
import { posixQuote, powershellQuote, shellHere } from '../text/shell-quote.ts'

/** A registration that is still to be created. */
export interface NewRegistration {
  /** The name of the cloud. */
  cloud: string
  kind: 'public' | 'web'
  audience: Audience
  redirectUri: string
}

/** What to know before the portal is opened, in lines that fit a terminal of 80 columns. */
export const beforeYouBegin = [
  'The portal wants a work or school account, or a personal account that has a',
  'directory (a list of people and apps, which Microsoft keeps). A personal account',
  'without one can no longer register an app. Its free ways out:',
  '- Create a directory: a free Azure account includes one; it asks for a phone and',
  '  a card. Then sign in to the portal with the same account.',
  '- Use a client ID of your organisation, or of somebody who registers one.',
  'Never borrow the client ID of another program.',
]

/** The steps in the portal that create a registration, in lines that fit a terminal of 80 columns. */
export function portalSteps({ cloud, kind, audience, redirectUri }: NewRegistration): string[] {
  const { portal } = findCloud(cloud)
  const { choice, older } = audiences[audience]
  const steps = [
    [
      `${portal} > ${menu.registrations}`,
      `> ${menu.newRegistration}`,
      '(older: Identity > Applications > App registrations; in the Azure portal:',
      'Microsoft Entra ID > App registrations)',
    ],
    ['Name: od-link', `Supported account types: ${choice}`, `(older: ${older})`, 'then Register'],
    ...(kind === 'web' ? webSteps(redirectUri) : desktopSteps(redirectUri)),
    ['API permissions: nothing to do; od-link requests them when you sign in'],
    [
      `${menu.overview}: copy the ${menu.clientId}${audience === 'single' ? `\nand the ${menu.tenantId}` : ''}`,
    ],
  ]
  return steps.flatMap((lines, index) =>
    lines
      .flatMap((line) => line.split('\n'))
      .map((line, at) => `${at === 0 ? `${index + 1}.` : '  '} ${line}`),
  )
}

function desktopSteps(redirectUri: string): string[][] {
  return [
    [
      menu.addDesktop,
      `Custom redirect URIs: ${redirectUri}, then Configure`,
      '(newer: Redirect URI configuration > Add Redirect URI)',
    ],
    [menu.publicFlows, 'then Save (needed to sign in with a device code)'],
  ]
}

function webSteps(redirectUri: string): string[][] {
  return [
    [
      menu.addWeb,
      `Redirect URIs: ${redirectUri}, then Configure`,
      '(newer: Redirect URI configuration > Add Redirect URI)',
    ],
    [menu.newSecret, `copy its ${menu.secretValue}, not the ${menu.secretId}; it is shown only once`],
  ]
}

export type Shell = 'posix' | 'powershell'

/**
 * What the Azure CLI gets for the same registration, in lines as they are shown. `create` prints the client ID, and `reset`
 * the value of a new secret. https://learn.microsoft.com/en-us/cli/azure/ad/app
 */
function azLines({ kind, audience, redirectUri }: NewRegistration) {
  const create = [
    ['ad', 'app', 'create', '--display-name', 'od-link', '--query', 'appId', '--output', 'tsv'],
    ['--sign-in-audience', audiences[audience].manifest],
    ['--requested-access-token-version', '2'],
    ...(kind === 'web'
      ? [['--web-redirect-uris', redirectUri]]
      : [
          ['--public-client-redirect-uris', redirectUri],
          ['--is-fallback-public-client', 'true'],
        ]),
  ]
  const reset = (id: string) => [
    ['ad', 'app', 'credential', 'reset', '--id', id, '--display-name', 'od-link'],
    ['--query', 'password', '--output', 'tsv'],
  ]
  return { create, reset: kind === 'web' ? reset : undefined }
}

/** The arguments for the Azure CLI, to create the registration and, for a "Web" app, its secret. */
export function azArguments(wanted: NewRegistration) {
  const { create, reset } = azLines(wanted)
  return { create: create.flat(), reset: reset && ((id: string) => reset(id).flat()) }
}

/** The Azure CLI command for a shell. It prints the client ID; with a secret, also its value on a second line. */
export function azCommand(
  wanted: NewRegistration,
  shell: Shell = shellHere() === 'posix' ? 'posix' : 'powershell',
): string[] {
  const quote = shell === 'posix' ? posixQuote : powershellQuote
  const { create, reset } = azLines(wanted)
  // The redirect URI is the only word that may need quotes; `$id` is the shell's.
  const words = (line: string[]) =>
    line.map((word) => (word === wanted.redirectUri ? quote(word) : word)).join(' ')
  const shown = (lines: string[][]) =>
    continued(
      lines.map((line, at) => (at === 0 ? `az ${words(line)}` : words(line))),
      shell,
    )
  const command = shown(create)
  if (!reset) return command
  if (shell === 'powershell')
    return [`$id = ${command[0]}`, ...command.slice(1), '$id', ...shown(reset('$id'))]
  return [
    `id=$(${command[0]}`,
    ...command.slice(1, -1),
    `${command.at(-1)}) && echo "$id" &&`,
    ...shown(reset('"$id"')),
  ]
}

function continued(lines: string[], shell: Shell): string[] {
  const mark = shell === 'posix' ? '\\' : '`'
  return lines.map((line, at) => `${at === 0 ? '' : '  '}${line}${at < lines.length - 1 ? ` ${mark}` : ''}`)
}

/** What to run first, so that the Azure CLI uses this cloud; nothing for the global one. */
export function azCloud(cloud: string): string | undefined {
  const { az }: Cloud = findCloud(cloud)
  return az === 'AzureCloud' ? undefined : `az cloud set --name ${az}; az login`
}
