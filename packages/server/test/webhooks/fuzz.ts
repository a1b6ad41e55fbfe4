import { createHash, createHmac } from 'node:crypto'
import { parseNotice } from '../../src/webhooks/parse.ts'
import { createVerify } from '../../src/webhooks/verify.ts'
import { BODIES } from '../support/webhooks.ts'

export interface FuzzResult {
  /** Forgeries tried. */
  tried: number
  /** By kind. */
  kinds: Record<string, number>
  /** What should have been refused, or read, and was not: at most 10, each to be repeated by its number. */
  wrong: string[]
}

/** Every so many the real thing comes, which has to be taken, and a signed body of rubbish, which has to be read without a word. */
const EVERY = 64

/**
 * Tries `count` forgeries, numbers `first` and up: of the body, of the header, of its encoding, of the secret, of the size. The same number is
 * always the same forgery.
 */
export function fuzz(first: number, count: number): FuzzResult {
  const verify = createVerify([BODIES.key])
  const rotating = createVerify(['an-older-key', BODIES.key])
  const result: FuzzResult = { tried: 0, kinds: {}, wrong: [] }
  const wrong = (what: string) => {
    if (result.wrong.length < 10) result.wrong.push(what)
  }
  for (let number = first; number < first + count; number++) {
    const pick = randomOf(number)
    const genuine = GENUINE[pick(GENUINE.length)] as Genuine
    const [kind, forge] = FORGERIES[pick(FORGERIES.length)] as (typeof FORGERIES)[number]
    const { body, signature } = { ...genuine, ...forge(genuine, pick) }
    result.kinds[kind] = (result.kinds[kind] ?? 0) + 1
    result.tried++
    try {
      if (verify(body, signature as string)) wrong(`${number}: ${kind} was taken`)
      if (rotating(body, signature as string)) wrong(`${number}: ${kind} was taken while secrets change`)
      if (number % EVERY !== 0) continue
      if (!verify(genuine.body, genuine.signature) || !rotating(genuine.body, genuine.signature.slice(0, 43)))
        wrong(`${number}: the real one was refused`)
      // Signed rubbish: whoever has the secret can send it, and so can Merge.
      parseNotice(body)
    } catch (error) {
      wrong(`${number}: ${kind} threw ${(error as Error).message}`)
    }
  }
  return result
}

interface Genuine {
  body: Uint8Array
  signature: string
}

type Pick = (below: number) => number
type Forge = (genuine: Genuine, pick: Pick) => { body?: Uint8Array; signature?: unknown }

const GENUINE: Genuine[] = [
  ...BODIES.bodies.map(({ rawBody, signature }) => ({ body: Buffer.from(rawBody), signature })),
  signed(Buffer.alloc(0)),
  signed(
    Buffer.from(
      BODIES.bodies
        .map(({ rawBody }) => rawBody)
        .join('')
        .repeat(3),
    ),
  ),
]

function signed(body: Uint8Array): Genuine {
  return { body, signature: `${hmac('sha256', BODIES.key, body).toString('base64url')}=` }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const STRANGE = ['\0', '\n', ' ', '+', '/', '=', 'é', '\u2028', '\ud800', ',', '%3D', '￿']
const HUGE = Buffer.alloc(2 * 1024 * 1024, '[')

const FORGERIES: [kind: string, forge: Forge][] = [
  // The body.
  ['a bit of the body', ({ body }, pick) => ({ body: changed(body, (copy) => flipBit(copy, pick)) })],
  ['a byte more', ({ body }, pick) => ({ body: insert(body, pick(body.length + 1), [pick(256)]) })],
  [
    'a byte less',
    ({ body }, pick) => ({ body: body.length === 0 ? Buffer.from('x') : Buffer.concat([body.subarray(0, pick(body.length))]) }),
  ],
  ['a piece twice', ({ body }, pick) => ({ body: Buffer.concat([body, body.subarray(pick(body.length + 1)), Buffer.from('}')]) })],
  ['written again', ({ body }) => ({ body: rewritten(body) })],
  ['a byte order mark', ({ body }) => ({ body: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body]) })],
  [
    'in UTF-16',
    ({ body }) => ({ body: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(Buffer.from(body).toString('utf8'), 'utf16le')]) }),
  ],
  [
    'another account',
    ({ body }) => ({
      body: Buffer.concat([Buffer.from(Buffer.from(body).toString().replaceAll('4ac10f37', '5bd21a48')), Buffer.from(' ')]),
    }),
  ],
  [
    'enormous',
    ({ body }, pick) => ({
      body: pick(2_000) === 0 ? Buffer.concat([body, HUGE]) : Buffer.concat([body, Buffer.alloc(pick(4_096) + 1, 32)]),
    }),
  ],
  // The header.
  ['a character of the signature', ({ signature }, pick) => ({ signature: replaced(signature, pick(43), (old) => otherThan(old, pick)) })],
  ['another spelling of the same bytes', ({ signature }, pick) => ({ signature: replaced(signature, 42, (old) => spelling(old, pick)) })],
  ['shorter', ({ signature }, pick) => ({ signature: signature.slice(0, pick(43)) })],
  ['longer', ({ signature }, pick) => ({ signature: signature + ALPHABET[pick(64)] })],
  ['padded twice', ({ signature }) => ({ signature: `${signature}=` })],
  ['something strange in it', ({ signature }, pick) => ({ signature: strange(signature, pick) })],
  ['a prefix', ({ signature }, pick) => ({ signature: `${['sha256=', 'v1,', 't=1,v1=', 'Bearer ', ' '][pick(5)]}${signature}` })],
  ['two in one', ({ signature }, pick) => ({ signature: `${signature}${[',', ', ', ' ', ';'][pick(4)]}${signature}` })],
  ['no text', (_, pick) => ({ signature: [null, undefined, '', 0, true, [], {}, Symbol.iterator][pick(8)] })],
  ['a list', ({ signature }) => ({ signature: [signature] })],
  // The encoding.
  ['in hex', ({ signature }) => ({ signature: Buffer.from(signature, 'base64url').toString('hex') })],
  ['in the other alphabet', ({ signature }) => ({ signature: otherAlphabet(signature) })],
  [
    'in base64 of hex',
    ({ signature }) => ({ signature: Buffer.from(Buffer.from(signature, 'base64url').toString('hex')).toString('base64url') }),
  ],
  ['in another case', ({ signature }, pick) => ({ signature: otherCase(signature, pick) })],
  ['as bytes', ({ signature }) => ({ signature: Buffer.from(signature, 'base64url').toString('latin1') })],
  // The secret and what is done with it.
  ['another secret', ({ body }, pick) => ({ signature: encoded(hmac('sha256', `${BODIES.key}${ALPHABET[pick(64)]}`, body)) })],
  ['an empty secret', ({ body }) => ({ signature: encoded(hmac('sha256', '', body)) })],
  ['the secret in base64', ({ body }) => ({ signature: encoded(hmac('sha256', Buffer.from(BODIES.key, 'base64'), body)) })],
  ['a plain hash', ({ body }) => ({ signature: encoded(createHash('sha256').update(body).digest()) })],
  [
    'a hash with the secret before it',
    ({ body }) => ({ signature: encoded(createHash('sha256').update(BODIES.key).update(body).digest()) }),
  ],
  [
    'another hash',
    ({ body }, pick) => ({ signature: encoded(hmac(['sha1', 'sha512', 'sha384', 'md5'][pick(4)] as string, BODIES.key, body)) }),
  ],
  ['of another body', ({ signature }, pick) => ({ body: Buffer.from(`{"hook":${pick(1e9)}}`), signature })],
  ['random', (_, pick) => ({ signature: `${Array.from({ length: 42 }, () => ALPHABET[pick(64)]).join('')}A=` })],
]

function hmac(hash: string, secret: string | Uint8Array, body: Uint8Array): Buffer {
  return createHmac(hash, secret).update(body).digest()
}

function encoded(bytes: Buffer): string {
  return `${bytes.toString('base64url')}=`
}

function changed(body: Uint8Array, change: (copy: Buffer) => void): Uint8Array {
  if (body.length === 0) return Buffer.from('x')
  const copy = Buffer.from(body)
  change(copy)
  return copy
}

function flipBit(copy: Buffer, pick: Pick): void {
  const place = pick(copy.length)
  copy[place] = (copy[place] ?? 0) ^ (1 << pick(8))
}

function insert(body: Uint8Array, place: number, bytes: number[]): Uint8Array {
  return Buffer.concat([body.subarray(0, place), Buffer.from(bytes), body.subarray(place)])
}

/** As a framework does that parses and writes: the same to whoever reads it, other bytes. */
function rewritten(body: Uint8Array): Uint8Array {
  try {
    return Buffer.from(JSON.stringify(JSON.parse(Buffer.from(body).toString()), null, 1))
  } catch {
    return Buffer.from('{}')
  }
}

function replaced(text: string, place: number, by: (old: string) => string): string {
  return text.slice(0, place) + by(text[place] ?? '') + text.slice(place + 1)
}

function otherThan(old: string, pick: Pick): string {
  return ALPHABET[(ALPHABET.indexOf(old) + 1 + pick(63)) % 64] ?? 'A'
}

/** The last character says four bits and has room for six. */
function spelling(old: string, pick: Pick): string {
  return ALPHABET[ALPHABET.indexOf(old) + 1 + pick(3)] ?? 'A'
}

function strange(signature: string, pick: Pick): string {
  const place = pick(signature.length)
  const mark = STRANGE[pick(STRANGE.length)] as string
  return signature[place] === mark ? `${mark}${signature}` : signature.slice(0, place) + mark + signature.slice(place + pick(2))
}

function otherAlphabet(signature: string): string {
  const other = signature.replaceAll('-', '+').replaceAll('_', '/')
  return other === signature ? `${signature}+` : other
}

function otherCase(signature: string, pick: Pick): string {
  const other = [signature.toLowerCase(), signature.toUpperCase()][pick(2)] as string
  return other === signature ? '' : other
}

/** A generator for each number: mulberry32. */
function randomOf(number: number): Pick {
  let state = Math.imul(number, 0x9e3779b1) >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}
