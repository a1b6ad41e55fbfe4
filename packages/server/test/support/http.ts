import { createHandler, type Handler, type HandlerOptions } from '../../src/http/index.ts'
import type { World } from './setup.ts'

export const ORIGIN = 'https://app.test'
export const BASE = '/api/integrations'

export interface Call {
  body?: unknown
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  headers: Headers
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes.
  json: any
}

export interface Door {
  handler: Handler
  /** As a page of our own origin would ask; `path` is below the base path. */
  call(method: string, path: string, call?: Call): Promise<Answer>
}

/** The HTTP side of a world; the header `x-test-organization` says who is signed in (`org_acme` unless set). */
export function door(world: World, options: Partial<HandlerOptions> = {}): Door {
  const handler = createHandler(world.integrations, {
    basePath: BASE,
    authenticate: (request) => {
      const id = request.headers.get('x-test-organization') ?? 'org_acme'
      return id === 'nobody' ? null : { organization: { id, name: `Name of ${id}` }, user: { id: 'user_1', email: `it@${id}.test` } }
    },
    ...options,
  })
  return {
    handler,
    async call(method, path, { body, headers = {} } = {}) {
      const request = new Request(`${ORIGIN}${options.basePath?.replace(/\/+$/, '') ?? BASE}${path}`, {
        method,
        headers: { 'sec-fetch-site': 'same-origin', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      return read(await world.run(handler(request)))
    },
  }
}

export async function read(response: Response): Promise<Answer> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : null }
}
