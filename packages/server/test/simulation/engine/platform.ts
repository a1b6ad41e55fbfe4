/**
 * The platform's classes of `fetch` and of aborting, as far as a simulated request uses them, without what the real ones do beside: tracking,
 * validation, streams. They cost half of a history's time otherwise. A history ends the same way on both, which `simulator.test.ts` holds.
 * Only for a thread of its own: it changes what is global there, and has to be called before the SDK is loaded.
 */
export function useLightPlatform(): void {
  Object.assign(globalThis, {
    AbortController: LightAbortController,
    AbortSignal: LightAbortSignal,
    Headers: LightHeaders,
    Request: LightRequest,
    Response: LightResponse,
  })
}

type Listener = (event: { type: 'abort' }) => void

const ABORTED = { type: 'abort' } as const
/** Errors are dear, and nobody looks at these closely: one for all. */
const UNTOLD = new DOMException('This operation was aborted', 'AbortError')

class LightAbortSignal {
  aborted = false
  reason: unknown = undefined
  listeners: Listener[] = []
  /** Signals that follow this one; only of those that follow none. */
  followers: LightAbortSignal[] = []
  sources: LightAbortSignal[] | undefined

  static any(signals: readonly LightAbortSignal[]): LightAbortSignal {
    const following = new LightAbortSignal()
    for (const signal of signals) {
      if (!signal.aborted) continue
      following.aborted = true
      following.reason = signal.reason
      return following
    }
    following.sources = signals.flatMap((signal) => signal.sources ?? [signal])
    for (const source of following.sources) source.followers.push(following)
    return following
  }

  addEventListener(_: 'abort', listener: Listener): void {
    if (!this.aborted && !this.listeners.includes(listener)) this.listeners.push(listener)
  }

  removeEventListener(_: 'abort', listener: Listener): void {
    const index = this.listeners.indexOf(listener)
    if (index >= 0) this.listeners.splice(index, 1)
  }

  throwIfAborted(): void {
    if (this.aborted) throw this.reason
  }

  /** As the standard has it: all are aborted before the first listener hears of it. */
  signalAbort(reason: unknown): void {
    if (this.aborted) return
    const hit = [this as LightAbortSignal, ...this.followers.filter((follower) => !follower.aborted)]
    for (const signal of hit) {
      signal.aborted = true
      signal.reason = reason
    }
    // What is over follows nobody any more, or a long-lived signal would gather all that ever followed it.
    for (const signal of hit) for (const source of signal.sources ?? []) if (source !== this) remove(source.followers, signal)
    this.followers = []
    for (const signal of hit) {
      const { listeners } = signal
      signal.listeners = []
      for (const listener of listeners) listener(ABORTED)
    }
  }
}

class LightAbortController {
  readonly signal = new LightAbortSignal()

  abort(reason: unknown = UNTOLD): void {
    this.signal.signalAbort(reason)
  }
}

type HeadersGiven = LightHeaders | Record<string, string> | undefined

class LightHeaders {
  readonly map: Map<string, string>

  constructor(given?: HeadersGiven) {
    if (given instanceof LightHeaders) {
      this.map = new Map(given.map)
      return
    }
    this.map = new Map()
    for (const name in given) this.set(name, given[name] as string)
  }

  get(name: string): string | null {
    return this.map.get(name.toLowerCase()) ?? null
  }

  has(name: string): boolean {
    return this.map.has(name.toLowerCase())
  }

  set(name: string, value: string): void {
    this.map.set(name.toLowerCase(), String(value).trim())
  }

  delete(name: string): void {
    this.map.delete(name.toLowerCase())
  }

  entries(): IterableIterator<[string, string]> {
    return this.map.entries()
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.map.entries()
  }
}

interface RequestGiven {
  method?: string
  headers?: HeadersGiven
  body?: string | null
  signal?: LightAbortSignal
}

class LightRequest {
  readonly url: string
  readonly method: string
  readonly headers: LightHeaders
  readonly signal: LightAbortSignal
  readonly content: string | null

  constructor(input: URL | string | LightRequest, given: RequestGiven = {}) {
    const base = input instanceof LightRequest ? input : undefined
    this.url = base?.url ?? String(input)
    this.method = given.method ?? base?.method ?? 'GET'
    this.headers = new LightHeaders(given.headers ?? base?.headers)
    this.signal = given.signal ?? base?.signal ?? new LightAbortSignal()
    this.content = given.body ?? base?.content ?? null
  }

  get body(): { cancel(): Promise<void> } | null {
    return this.content === null ? null : { cancel: async () => {} }
  }

  async json(): Promise<unknown> {
    return JSON.parse(this.content ?? '')
  }
}

class LightResponse {
  readonly status: number
  readonly headers: LightHeaders
  readonly type = 'default'
  readonly content: string | Uint8Array | ReadableStream<Uint8Array> | null

  constructor(content: LightResponse['content'], { status = 200, headers }: { status?: number; headers?: HeadersGiven } = {}) {
    this.status = status
    this.headers = new LightHeaders(headers)
    this.content = content
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  get body(): ReadableStream<Uint8Array> | OnePiece | null {
    const { content } = this
    if (content === null || content instanceof ReadableStream) return content
    return new OnePiece(typeof content === 'string' ? Buffer.from(content) : content)
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    if (this.content instanceof ReadableStream) return new Response(this.content).arrayBuffer()
    const bytes = typeof this.content === 'string' ? Buffer.from(this.content) : (this.content ?? new Uint8Array())
    return new Uint8Array(bytes).buffer
  }
}

/** The stream of a body that is there at once. */
class OnePiece {
  left: Uint8Array | undefined

  constructor(bytes: Uint8Array) {
    this.left = bytes
  }

  getReader(): this {
    return this
  }

  async read(): Promise<{ done: boolean; value: Uint8Array | undefined }> {
    const value = this.left
    this.left = undefined
    return { done: value === undefined, value }
  }

  async cancel(): Promise<void> {
    this.left = undefined
  }
}

function remove<T>(list: T[], item: T): void {
  const index = list.indexOf(item)
  if (index >= 0) list.splice(index, 1)
}
