import { hash } from 'node:crypto'

/** A stream of numbers that depends on nothing but the words it was made from. */
export interface RandomStream {
  /** In [0, 1). */
  next(): number
  /** A whole number in [0, below). */
  integer(below: number): number
  pick<T>(list: readonly T[]): T
  /** True with this probability. */
  chance(probability: number): boolean
}

/** The same words give the same stream, always and on every machine. */
export function randomFrom(...words: (string | number)[]): RandomStream {
  const digest = digestOf(words)
  let [a, b, c, d] = [0, 8, 16, 24].map((from) => Number.parseInt(digest.slice(from, from + 8), 16) | 0) as [number, number, number, number]
  const next = () => {
    // sfc32: small, fast, and long enough a period for any world.
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return (t >>> 0) / 4294967296
  }
  const integer = (below: number) => Math.floor(next() * below)
  return { next, integer, pick: (list) => list[integer(list.length)]!, chance: (probability) => next() < probability }
}

/** A version 4 shaped UUID that depends on nothing but these words. */
export function uuidFrom(...words: (string | number)[]): string {
  const digest = digestOf(words)
  const variant = '89ab'[Number.parseInt(digest[16]!, 16) & 3]
  return [digest.slice(0, 8), digest.slice(8, 12), `4${digest.slice(13, 16)}`, variant + digest.slice(17, 20), digest.slice(20, 32)].join(
    '-',
  )
}

/** 40 URL-safe characters. Anybody who knows the seed can compute it, which is the point of a sandbox and why it guards nothing real. */
export function tokenFrom(...words: (string | number)[]): string {
  return hash('sha256', JSON.stringify(['token', ...words]), 'base64url').slice(0, 40)
}

function digestOf(words: (string | number)[]): string {
  return hash('sha256', JSON.stringify(words), 'hex')
}
