/**
 * The licences of the bundled packages as one text: each requires that it ships with the code.
 * @param packages as `bundledPackages` returns them.
 */
export function licenses(packages) {
  const texts = packages.map(
    ({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`,
  )
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}
