import { json, notFound } from '../merge/answers.ts'
import type { LinkSessions } from './sessions.ts'

/** Any page may open the modal, as with Merge's own. What it can do here hangs on a link token. */
const crossOrigin = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'content-type',
  'access-control-allow-methods': 'POST',
  'access-control-allow-private-network': 'true',
}

/** Answers below `/sandbox/link`: what the modal in the browser calls. */
export async function answerLink(sessions: LinkSessions, request: Request): Promise<Response> {
  const response = request.method === 'OPTIONS' ? new Response(null, { status: 204 }) : await route(sessions, request)
  for (const [name, value] of Object.entries(crossOrigin)) response.headers.set(name, value)
  return response
}

async function route(sessions: LinkSessions, request: Request): Promise<Response> {
  const url = new URL(request.url)
  if (request.method !== 'POST') return notFound()
  const body = (await request.json().catch(() => ({}))) as { linkToken?: unknown; slug?: unknown }
  const linkToken = String(body.linkToken)
  switch (url.pathname) {
    case '/sandbox/link/start':
      return json(sessions.start(linkToken, url.origin))
    case '/sandbox/link/complete': {
      const result = sessions.complete(linkToken, String(body.slug))
      // The browser gets what Merge would give it, and no more.
      return json('publicToken' in result ? { publicToken: result.publicToken } : result)
    }
    case '/sandbox/link/abandon':
      sessions.abandon(linkToken)
      return json({ done: true })
    default:
      return notFound()
  }
}
