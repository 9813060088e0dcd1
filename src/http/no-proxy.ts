/**
 * Whether NO_PROXY names this host, as curl reads it: a name covers its subdomains, too, with or without a dot in front.
 * The package for proxies takes a name without a dot for that host alone.
 * https://curl.se/docs/manpage.html#--noproxy
 */
export function isExcluded({ hostname, port, protocol }: URL): boolean {
  const list = process.env.no_proxy || process.env.NO_PROXY || ''
  const usualPort = protocol === 'https:' ? '443' : '80'
  const host = withoutDots(hostname)
  return list.split(/[,\s]+/).some((entry) => {
    const [, name = entry, itsPort] = /^([^:]+):(\d+)$/.exec(entry) ?? []
    if (itsPort !== undefined && itsPort !== (port || usualPort)) return false
    const wanted = withoutDots(name)
    return wanted !== '' && (host === wanted || (host.endsWith(`.${wanted}`) && !isAddress(wanted)))
  })
}

function withoutDots(name: string): string {
  return name.toLowerCase().replace(/^\.|\.$/g, '')
}

function isAddress(name: string): boolean {
  return /^[\d.]+$/.test(name)
}
