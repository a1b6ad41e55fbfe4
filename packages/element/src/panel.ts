import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { afterTimeout } from './deadline.ts'
import { type Presence, watchPresence } from './presence.ts'
import { type Found, type Refresher, refresher } from './refresher.ts'
import { type SignIns, watchSignIns } from './sign-ins.ts'

export type PanelState = 'loading' | 'ready' | 'empty' | 'failed'

export interface PanelHost extends ReactiveControllerHost, HTMLElement {
  endpoint: string | null | undefined
  transport: unknown
  readonly hasUpdated: boolean
}

export interface PanelOptions {
  /** One look at the server. Never rejects; its answer does not count once the signal has aborted. */
  look(signal: AbortSignal): Promise<Found>
  /** How many there are to draw. */
  total(): number
}

/**
 * What the list and the catalog have in common: when to look at the server (in
 * view, online, after a sign-in, not behind an open modal), what to tell screen
 * readers, and drawing in portions.
 */
export class Panel implements ReactiveController {
  /** How many are to be drawn now: a thousand at once would hold up the page. */
  drawn = AT_ONCE
  /** What screen readers are told. */
  announcement = ''
  /** Addresses of pictures that did not come. */
  readonly brokenLogos = new Set<string>()

  readonly #host: PanelHost
  readonly #options: PanelOptions
  readonly #refresher: Refresher
  /** To be announced with the next rendering. */
  readonly #news: string[] = []
  #presence: Presence = ABSENT
  #signIns: SignIns | undefined
  #stopWatching = () => {}
  #stopGrowing = () => {}

  constructor(host: PanelHost, options: PanelOptions) {
    this.#host = host
    this.#options = options
    this.#refresher = refresher({
      // Behind an open modal there is nothing to see, and what that sign-in is about is not finished yet.
      look: async (signal) => {
        // The host is told of its connection before it asks for its language.
        await null
        return this.#signIns?.underWay() ? { changed: false, moving: true } : options.look(signal)
      },
      // "3 minutes ago" grows old by itself.
      tick: () => host.requestUpdate(),
      after: afterTimeout,
      now: () => performance.now(),
      random: Math.random,
    })
    host.addController(this)
  }

  get offline(): boolean {
    return !this.#presence.online
  }

  /** How the whole stands, from what has been answered so far. */
  stateOf(items: readonly unknown[] | undefined, error: unknown): PanelState {
    return items ? (items.length ? 'ready' : 'empty') : error || this.offline ? 'failed' : 'loading'
  }

  /** Looks now, if anybody can see it; else nothing is lost, because it looks when somebody can. */
  readonly look = (): void => this.#refresher.look()

  /** Another endpoint, category or transport. */
  restart(): void {
    this.drawn = AT_ONCE
    if (this.#host.hasUpdated) this.#refresher.look()
    this.#run()
  }

  /** Said with the next rendering, which this asks for. */
  say(words: string): void {
    this.#news.push(words)
    this.#host.requestUpdate()
  }

  readonly onLogoBroken = (url: string): void => {
    this.brokenLogos.add(url)
    this.#host.requestUpdate()
  }

  hostConnected(): void {
    this.#signIns = watchSignIns(this.look)
    this.#stopWatching = watchPresence(this.#host, (presence) => {
      this.#presence = presence
      this.#run()
      this.#host.requestUpdate()
    })
  }

  hostDisconnected(): void {
    this.#signIns?.stop()
    this.#stopWatching()
    this.#stopGrowing()
    this.#presence = ABSENT
    this.#run()
  }

  hostUpdate(): void {
    if (this.#news.length) this.announcement = this.#news.splice(0).join(' ')
  }

  hostUpdated(): void {
    this.#stopGrowing()
    if (this.#options.total() > this.drawn)
      this.#stopGrowing = afterTimeout(0, () => {
        this.drawn += AT_ONCE
        this.#host.requestUpdate()
      })
  }

  #run(): void {
    const { transport, endpoint } = this.#host
    this.#refresher.run(this.#presence.visible && this.#presence.online && !!(transport || endpoint))
  }
}

/** Properties that say where to look and for what. */
export const SOURCE = ['endpoint', 'category', 'transport']

const AT_ONCE = 40
const ABSENT: Presence = { visible: false, online: true }
