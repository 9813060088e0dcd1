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

/** What to know before beginning. */
export const beforeYouBegin = [
  'A personal Microsoft account without a directory can no longer register an app.',
  'Free alternatives: create an Entra directory of your own (a free Azure account',
  'includes one; it asks for a phone and a card), or use a client ID of your',
  'organisation. Never borrow the client ID of another vendor.',
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
 * The Azure CLI command for the same registration. It prints the client ID; with a secret, also its value on a second
 * line.
 * https://learn.microsoft.com/en-us/cli/azure/ad/app
 */
export function azCommand(
  { kind, audience, redirectUri }: NewRegistration,
  shell: Shell = shellHere() === 'posix' ? 'posix' : 'powershell',
): string[] {
  const uri = shell === 'posix' ? posixQuote(redirectUri) : powershellQuote(redirectUri)
  const create = [
    'az ad app create --display-name od-link --query appId --output tsv',
    `--sign-in-audience ${audiences[audience].manifest}`,
    '--requested-access-token-version 2',
    ...(kind === 'web'
      ? [`--web-redirect-uris ${uri}`]
      : [`--public-client-redirect-uris ${uri}`, '--is-fallback-public-client true']),
  ]
  const command = continued(create, shell)
  if (kind === 'public') return command
  const reset = (id: string) => [
    `az ad app credential reset --id ${id} --display-name od-link`,
    '--query password --output tsv',
  ]
  if (shell === 'powershell')
    return [`$id = ${command[0]}`, ...command.slice(1), '$id', ...continued(reset('$id'), shell)]
  return [
    `id=$(${command[0]}`,
    ...command.slice(1, -1),
    `${command.at(-1)}) && echo "$id" &&`,
    ...continued(reset('"$id"'), shell),
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
