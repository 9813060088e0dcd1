import type { Command } from '../../cli/command.ts'
import { account, json, maxWait, verbose } from '../shared/options.ts'

export const drive: Command = {
  group: 'Folders and files',
  summary: 'name a SharePoint or Teams folder, or a shared one',
  aliases: ['drives', 'mount', 'site', 'sites'],
  changes: ({ positional: [action] }) => action !== 'list',
  positional: [
    { name: 'action', choices: ['add', 'list', 'remove'] },
    { name: 'name', takes: 'drive', optional: true },
    { name: 'address', optional: true },
    { name: 'item', optional: true },
  ],
  options: [account, maxWait, json, verbose],
  examples: [
    [
      'od-link drive add team https://contoso.sharepoint.com/sites/team/Docs/2026',
      'save the folder that this address shows',
    ],
    ['od-link mkdir team:/2026', 'create a folder in it'],
    ['od-link drive list', 'what is saved'],
    ['od-link drive remove team', 'forget it; nothing in it changes'],
  ],
  notes: [
    'The address is what a browser shows for a folder, a library or a site, or a sharing link. In Teams, use "Open in SharePoint" above the files of the channel. A drive ID also works, followed by the ID of a folder in it.',
    'A sharing link is redeemed: your account keeps the access that it gives. An address can be used in place of a path as well, without saving it: od-link mkdir ADDRESS 2026.',
    'A saved drive belongs to the account that it was added with, and od-link logout removes both.',
  ],
}
