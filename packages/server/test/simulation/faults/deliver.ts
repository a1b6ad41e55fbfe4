import type { Answer } from '../merge/server.ts'
import type { FaultKind } from './kinds.ts'

export interface Fault {
  kind: FaultKind
  /** 0 ≤ n < 1: chooses among a kind's variants. */
  argument: number
}

export interface Wire {
  now: () => number
  /** Waits as long as the process lives. */
  wait: (ms: number) => Promise<void>
  /** Merge's own answer to the request. */
  serve: () => Promise<Answer>
  /** The cursor of the request. */
  cursor: string | null
}

/** What arrives instead of Merge's answer. `missed`: the fault found nothing to spoil, and can come again. */
export async function deliver(fault: Fault, wire: Wire): Promise<{ response: Response; missed: boolean }> {
  const { kind, argument } = fault
  switch (kind) {
    case 'connection-refused':
      throw network('ECONNREFUSED')
    case 'dns-failure':
      throw network('ENOTFOUND')
    case 'tls-failure':
      throw network('ERR_TLS_CERT_ALTNAME_INVALID')
    case 'reset-before-headers':
      await wire.serve()
      throw network('ECONNRESET')
    case 'stall':
      return new Promise(() => {})
    case 'slow-headers':
      await wire.wait(argument < 0.5 ? 1_000 + argument * 50_000 : 31_000)
      return hit(respond(await wire.serve()))
    case 'reset-in-body':
      return hit(inPieces(await wire.serve(), wire, { pieces: 2, pause: 0, reset: true }))
    case 'dripping-body':
      return hit(inPieces(await wire.serve(), wire, { pieces: 4, pause: argument * 25_000, reset: false }))
    case 'trickling-body':
      return hit(inPieces(await wire.serve(), wire, { pieces: 60, pause: 2_000 + argument * 3_000, reset: false }))
    case 'compression-bomb':
      return hit(bomb(await wire.serve()))
    case 'cut-off-json':
      return hit(respond(change(await wire.serve(), (text) => text.slice(0, Math.floor(text.length * argument)) || '{')))
    case 'invalid-utf-8': {
      const answer = await wire.serve()
      const bytes = Buffer.from(answer.text)
      bytes[Math.floor(bytes.length / 2)] = 0xff
      return hit(new Response(bytes, answer))
    }
    case 'html':
      return hit(instead(wire, 200, '<!doctype html><title>Sign in</title>', { 'content-type': 'text/html' }))
    case 'empty':
      return hit(instead(wire, 200, ''))
    case 'wrong-content-type': {
      const answer = await wire.serve()
      return hit(respond({ ...answer, headers: { ...answer.headers, 'content-type': 'application/octet-stream' } }))
    }
    case 'status-500':
    case 'status-502':
    case 'status-401':
    case 'status-403':
    case 'status-404':
    case 'status-408':
      return hit(instead(wire, Number(kind.slice(-3)), '{"detail":"Something went wrong."}'))
    case 'status-503':
    case 'status-429':
      return hit(instead(wire, Number(kind.slice(-3)), '{"detail":"Later."}', retryAfter(argument, wire.now())))
    case 'redirect':
      return hit(instead(wire, 302, '', { location: 'https://elsewhere.test/api/' }))
    case 'invalid-cursor':
      return hit(instead(wire, 404, '{"detail":"Invalid cursor"}'))
    case 'date-missing':
    case 'date-in-future':
    case 'date-in-past':
      return hit(respond(misdated(await wire.serve(), kind, argument, wire.now())))
    default:
      return spoiled(kind, await wire.serve(), argument, wire.cursor)
  }
}

export function respond({ status, headers, text }: Answer): Response {
  return new Response(text === '' ? null : text, { status, headers })
}

function hit(response: Response): { response: Response; missed: boolean } {
  return { response, missed: false }
}

function network(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })
}

function change(answer: Answer, how: (text: string) => string): Answer {
  return { ...answer, text: how(answer.text) }
}

function instead(wire: Wire, status: number, text: string, headers: Record<string, string> = {}): Response {
  const date = new Date(wire.now()).toUTCString()
  return respond({ status, headers: { 'content-type': 'application/json', date, ...headers }, text })
}

/** Absent, seconds, many seconds, a date, nonsense, or absurd. */
function retryAfter(argument: number, now: number): Record<string, string> {
  const values = [null, '3', '300', new Date(now + 9_000).toUTCString(), 'soon', '99999999']
  const value = values[Math.floor(argument * values.length)] ?? null
  return value === null ? {} : { 'retry-after': value }
}

function misdated(answer: Answer, kind: FaultKind, argument: number, now: number): Answer {
  const { date: _, ...headers } = answer.headers
  if (kind === 'date-missing') return { ...answer, headers }
  const distance = (1 + argument * 48) * 1_800_000
  return { ...answer, headers: { ...headers, date: new Date(now + (kind === 'date-in-future' ? distance : -distance)).toUTCString() } }
}

interface Page {
  next?: string | null
  results?: Record<string, unknown>[]
}

function spoiled(kind: FaultKind, answer: Answer, argument: number, cursor: string | null): { response: Response; missed: boolean } {
  if (answer.status !== 200) return { response: respond(answer), missed: true }
  const page = JSON.parse(answer.text) as Page
  const rows = page.results ?? []
  switch (kind) {
    case 'duplicate-rows':
      page.results = [...rows, ...rows]
      break
    case 'odd-rows':
      page.results = [...rows, ...ODD_ROWS]
      break
    case 'rows-out-of-order':
      page.results = [...rows.slice(Math.ceil(rows.length * argument)), ...rows.slice(0, Math.ceil(rows.length * argument))].reverse()
      break
    case 'missing-stamps':
      for (const row of rows) row.modified_at = null
      break
    case 'stamps-backwards':
      for (const row of rows) row.modified_at = new Date(Date.parse(String(row.modified_at)) - 3_600_000).toISOString()
      break
    case 'end-without-next':
      if (page.next !== null) return { response: respond(answer), missed: true }
      if (argument < 0.5) delete page.next
      else page.next = ''
      break
    default:
      // The others need a page that is followed by another.
      if ((page.next ?? '') === '') return { response: respond(answer), missed: true }
      if (kind === 'missing-next') delete page.next
      if (kind === 'repeated-cursor') page.next = cursor
      if (kind === 'next-as-url') page.next = `https://elsewhere.test/api/hris/v1/employees?cursor=${encodeURIComponent(page.next ?? '')}`
  }
  return hit(respond({ ...answer, text: JSON.stringify(page) }))
}

/** Nothing that can be told apart, beside all that should be there. */
const ODD_ROWS = [null, 'text', 7, {}, { id: 4_711, name: 'by number' }, { id: '' }] as unknown as Record<string, unknown>[]

function inPieces(answer: Answer, wire: Wire, how: { pieces: number; pause: number; reset: boolean }): Response {
  const bytes = Buffer.from(answer.text)
  const size = Math.ceil(bytes.length / how.pieces)
  let sent = 0
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (how.pause > 0) await wire.wait(how.pause)
        if (sent > 0 && how.reset) return controller.error(network('ECONNRESET'))
        controller.enqueue(new Uint8Array(bytes.subarray(sent, sent + size)))
        sent += size
        if (sent >= bytes.length) controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, answer)
}

const MEGABYTE = new Uint8Array(1024 * 1024).fill(32)

/** Decodes to far more than anybody should read; the same piece again and again, so that it costs nothing here. */
function bomb(answer: Answer): Response {
  let sent = 0
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        controller.enqueue(MEGABYTE)
        if (++sent >= 40) controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, answer)
}
