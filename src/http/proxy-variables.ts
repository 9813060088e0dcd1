/** The environment's proxy variables that are set, in any case: `https_proxy`, `ALL_PROXY`, `NO_PROXY` and so on. */
export function proxyVariables(): [name: string, value: string][] {
  return Object.entries(process.env).flatMap(([name, value]) =>
    /_proxy$/i.test(name) && value ? [[name, value]] : [],
  )
}
