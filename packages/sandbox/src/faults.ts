import { SandboxError } from './sandbox-error.ts'

/** Something that goes wrong on the way. The first matching fault is used up, one count at a time. */
export interface Fault {
  kind: FaultKind
  /** A part of the path and query, for example `/employees` or `cursor=`. Absent: any request to Merge's API. */
  path?: string
  /** A `model_id`, for example `hris.Employee`: its list and its records. `ticketing.Tag` is `ticketing.TicketingTag` too. */
  model?: string
  method?: string
  linkedAccountId?: string
  /** How many requests it meets. Default 1. */
  count?: number
  /** How many matching requests pass before it begins. Default 0. */
  after?: number
  /** For `status`: what is answered instead. Default 500. */
  status?: number
  /** Headers to add, for example `{ 'retry-after': '5' }`. */
  headers?: Record<string, string>
  /** For `delay`: milliseconds to wait before the true answer. Default 1000. */
  delayMs?: number
  /** For `rewrite`, in process only: changes the parsed body of the true answer. */
  rewrite?: (body: unknown) => unknown
}

/**
 * - `status`: an error answer; Merge is never asked.
 * - `html`: a 200 with a web page in it, as a proxy would.
 * - `truncate`: the true answer with its end missing.
 * - `empty`: a 200 without a body.
 * - `reset`: the connection dies before an answer. Merge has done its work by then.
 * - `cut`: the connection dies in the middle of the answer.
 * - `delay`: the true answer, late.
 * - `rewrite`: the true answer, changed.
 */
export type FaultKind = 'status' | 'html' | 'truncate' | 'empty' | 'reset' | 'cut' | 'delay' | 'rewrite'

/** `models` is what the model of its path is called, if it has one. */
interface MeetingRequest {
  method: string
  path: string
  models: readonly string[]
  linkedAccountId: string | null
}

export interface Faults {
  /** Returns a function that ends it early. */
  add(fault: Fault): () => void
  clear(): void
  /** The fault that this request meets, if any; counts it. */
  meet(request: MeetingRequest): Fault | null
}

export const faultKinds: readonly FaultKind[] = ['status', 'html', 'truncate', 'empty', 'reset', 'cut', 'delay', 'rewrite']

/** What `fetch` throws when a connection dies; a server should drop its socket on it. */
export class ConnectionReset extends TypeError {
  constructor() {
    super('fetch failed', { cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) })
  }
}

export function createFaults(): Faults {
  let active: { fault: Fault; skip: number; left: number }[] = []
  return {
    add(fault) {
      if (!faultKinds.includes(fault.kind)) throw new SandboxError(`There is no fault ${fault.kind}. Known: ${faultKinds.join(', ')}.`)
      const entry = { fault, skip: fault.after ?? 0, left: fault.count ?? 1 }
      active.push(entry)
      return () => {
        active = active.filter((each) => each !== entry)
      }
    },
    clear() {
      active = []
    },
    meet(request) {
      // A fault that lets this request pass still counts it.
      const entry = active.find((each) => matches(each.fault, request) && each.skip-- <= 0)
      if (!entry) return null
      entry.left--
      if (entry.left <= 0) active = active.filter((each) => each !== entry)
      return entry.fault
    },
  }
}

/** What the caller gets in place of the true answer, which `answer` produces. */
export async function applyFault(
  fault: Fault,
  answer: () => Promise<Response>,
  sleep: (milliseconds: number) => Promise<void>,
): Promise<Response> {
  if (fault.kind === 'status') {
    const status = fault.status ?? 500
    return withHeaders(Response.json({ detail: 'A server error occurred.' }, { status }), fault)
  }
  if (fault.kind === 'delay') await sleep(fault.delayMs ?? 1000)
  const response = await answer()
  if (fault.kind === 'reset') throw new ConnectionReset()
  if (fault.kind === 'delay') return withHeaders(response, fault)
  const text = await response.text()
  const { status, headers } = response
  return withHeaders(changed(fault, text, { status, headers }), fault)
}

function changed(fault: Fault, text: string, init: ResponseInit): Response {
  switch (fault.kind) {
    case 'html':
      return new Response('<!doctype html><title>Maintenance</title><h1>We will be right back</h1>', {
        headers: { 'content-type': 'text/html' },
      })
    case 'empty':
      return new Response(null, { status: 200 })
    case 'truncate':
      return new Response(text.slice(0, Math.floor(text.length / 2)), init)
    case 'cut':
      return new Response(dyingStream(text.slice(0, Math.floor(text.length / 2))), init)
    default:
      return Response.json(fault.rewrite ? fault.rewrite(JSON.parse(text)) : JSON.parse(text), init)
  }
}

function dyingStream(text: string): ReadableStream<Uint8Array> {
  let sent = false
  return new ReadableStream({
    pull(controller) {
      if (sent) controller.error(new ConnectionReset())
      else controller.enqueue(new TextEncoder().encode(text))
      sent = true
    },
  })
}

function withHeaders(response: Response, fault: Fault): Response {
  for (const [name, value] of Object.entries(fault.headers ?? {})) response.headers.set(name, value)
  return response
}

function matches(fault: Fault, request: MeetingRequest): boolean {
  return (
    (fault.path === undefined || request.path.includes(fault.path)) &&
    (fault.model === undefined || request.models.includes(fault.model)) &&
    (fault.method === undefined || fault.method === request.method) &&
    (fault.linkedAccountId === undefined || fault.linkedAccountId === request.linkedAccountId)
  )
}
