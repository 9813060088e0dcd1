// The package brings no types; these are the parts that the test uses.
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  interface Details {
    prompt: { name: string; details: { missingOIDCScope?: string[] } }
    params: { client_id: string }
    session?: { accountId: string }
    grantId?: string
  }

  interface Grant {
    addOIDCScope: (scope: string) => void
    save: () => Promise<string>
  }

  export class Provider {
    constructor(issuer: string, configuration: object)
    callback: () => (request: IncomingMessage, response: ServerResponse) => void
    interactionDetails: (request: IncomingMessage, response: ServerResponse) => Promise<Details>
    interactionFinished: (request: IncomingMessage, response: ServerResponse, result: object) => Promise<void>
    on: (event: string, listener: (...args: unknown[]) => void) => void
    Grant: new (properties: {
      accountId: string
      clientId: string
    }) => Grant
  }

  export const interactionPolicy: {
    Prompt: new (info: { name: string; requestable: boolean }) => object
    base: () => object[] & { add: (prompt: object, index?: number) => void }
  }
  export default Provider
}
