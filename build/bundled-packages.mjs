import { readdir, readFile } from 'node:fs/promises'
import { pathOf } from './chunks.mjs'

/** Packages without a licence text of their own, and the one by the same author in the same repository whose text applies. */
const licenseFrom = { 'node_modules/proxy-agent-negotiate': 'node_modules/https-proxy-agent' }

/**
 * The packages whose code went into built files, as rolldown reports it. They are development dependencies, so none of
 * npm's own lists has them.
 * @param files rolldown's output.
 * @returns `{ path, name, version, license, text }` for each, sorted by path; `text` is its licence.
 */
export function bundledPackages(files) {
  const modules = files.flatMap(({ moduleIds = [] }) => moduleIds).map(pathOf)
  const paths = modules.map((path) => /node_modules\/(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(path)?.[0])
  return Promise.all([...new Set(paths.filter(Boolean))].sort().map(readPackage))
}

async function readPackage(path) {
  const { name, version, license } = JSON.parse(await readFile(`${path}/package.json`, 'utf8'))
  const folder = licenseFrom[path] ?? path
  const file = (await readdir(folder)).find((entry) => /^licen[sc]e/i.test(entry))
  if (!file) throw new Error(`${name} has no licence text, which must ship with its code`)
  return { path, name, version, license, text: (await readFile(`${folder}/${file}`, 'utf8')).trim() }
}
