import type { LinkBackend } from '@connect-integration/element/testing'

/** The backend that is the sandbox at this origin. Rejects when the sandbox cannot be reached. */
export function sandboxBackend(origin: string, fetchFn: typeof fetch): Required<LinkBackend> {
  const post = async (action: string, body: object, keepalive = false) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), keepalive }
    const response = await fetchFn(`${origin}/sandbox/link/${action}`, init)
    if (!response.ok) throw new Error(`The sandbox at ${origin} answered ${response.status}.`)
    return response.json()
  }
  return {
    start: (linkToken) => post('start', { linkToken }),
    complete: (linkToken, slug) => post('complete', { linkToken, slug }),
    // Often said by a page that is going away.
    abandon: async (linkToken) => void (await post('abandon', { linkToken }, true)),
  }
}
