import type { Random } from '../engine/random.ts'
import { deliver, type Fault, respond } from '../faults/deliver.ts'
import { applies, type FaultKind } from '../faults/kinds.ts'
import { type Answer, CATEGORY, type Call, type FakeMerge } from '../merge/server.ts'
import type { Process } from './process.ts'

/** What stands between the SDK and Merge. */
export interface Network {
  /** `fetch` for one process, with an address of its own. */
  fetchOf(process: Process): typeof fetch
  /** The next request that it can hit meets this fault. */
  arm(fault: Fault): void
  /** Nobody gets through, or everybody does again. */
  setDown(down: boolean): void
  calm(): void
  readonly requests: number
  /** Requests that should never be made: to another host, say. */
  readonly breaks: readonly string[]
}

/** Changes requests or answers under way: how the simulator itself is put to the test. */
export interface Wiretap {
  request?: (url: URL) => void
  answer?: (url: URL, answer: Answer) => Answer
}

export interface NetworkOptions {
  merge: FakeMerge
  random: Random
  now: () => number
  /** Milliseconds that a request takes, at least and at most. */
  latency: { least: number; merge: number }
  wiretap: Wiretap | undefined
  /** Told of every fault that struck: 1, and −1 when it then found nothing to spoil. */
  onFault: (kind: FaultKind, count: 1 | -1) => void
  onRequest: (line: () => string) => void
}

export const BASE_URL = 'https://merge.test/api'
const HOST = new URL(BASE_URL).host

export function createNetwork(options: NetworkOptions): Network {
  const { merge, random, wiretap } = options
  const armed: Fault[] = []
  const breaks: string[] = []
  let requests = 0
  let down = false

  function takeFault(url: URL): Fault | undefined {
    if (armed.length === 0) return undefined
    const status = url.pathname.endsWith('/sync-status')
    const list = url.pathname.startsWith(`/api/${CATEGORY}/v1/`) && !status && url.searchParams.has('page_size')
    const traits = {
      list,
      whole: !url.searchParams.has('modified_after'),
      status,
      cursor: url.searchParams.has('cursor'),
      deletion: url.pathname.endsWith('/delete-account'),
    }
    const index = armed.findIndex((fault) => applies(fault.kind, traits))
    return index < 0 ? undefined : armed.splice(index, 1)[0]
  }

  async function answer(process: Process, request: Request): Promise<Response> {
    requests++
    const url = new URL(request.url)
    if (url.host !== HOST) breaks.push(`a request went to ${url.host}`)
    wiretap?.request?.(url)
    const call: Call = {
      method: request.method,
      path: url.pathname.slice('/api'.length),
      query: url.searchParams,
      accountToken: request.headers.get('x-account-token'),
      address: `worker ${process.worker}`,
      json: () => request.json(),
    }
    const serve = async (): Promise<Answer> => {
      const answer = await merge.handle(call)
      options.onRequest(() => `${call.method} ${call.path}${url.search} → ${answer.status}`)
      return wiretap?.answer?.(url, answer) ?? answer
    }
    if (down) throw new TypeError('fetch failed', { cause: Object.assign(new Error('ECONNREFUSED'), { code: 'ECONNREFUSED' }) })
    const fault = takeFault(url)
    if (fault === undefined) return dying(process, respond(await serve()))
    const wire = { now: options.now, wait: process.wait, serve, cursor: url.searchParams.get('cursor') }
    options.onRequest(() => `fault ${fault.kind} ${fault.argument.toFixed(2)} on ${call.path}${url.search}`)
    options.onFault(fault.kind, 1)
    const { response, missed } = await deliver(fault, wire)
    if (missed) {
      options.onFault(fault.kind, -1)
      armed.push(fault)
    }
    return response
  }

  return {
    fetchOf: (process) => (input, init) => {
      const request = input instanceof Request ? input : new Request(input, init)
      const latency = random.int(options.latency.least, options.latency.merge)
      return abortable(
        process.seam('fetch', latency, () => answer(process, request)),
        request.signal,
      )
    },
    arm: (fault) => void armed.push(fault),
    setDown(isDown) {
      down = isDown
    },
    calm() {
      armed.length = 0
      down = false
    },
    get requests() {
      return requests
    },
    breaks,
  }
}

/** The process may die while it reads the body. */
async function dying(process: Process, response: Response): Promise<Response> {
  if (!process.awaits('body')) return response
  const bytes = new Uint8Array(await response.arrayBuffer())
  let half = false
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (half) return process.pass('body', 'before')
        half = true
        controller.enqueue(bytes.subarray(0, bytes.length / 2))
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, response)
}

/** As `fetch` does: an abort ends the wait, whatever the other side is doing. */
function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason)
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
