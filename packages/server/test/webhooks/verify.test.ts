import { describe, expect, test } from 'vitest'
import { createVerify } from '../../src/webhooks/verify.ts'
import { BODIES, sign } from '../support/webhooks.ts'
import { fuzz } from './fuzz.ts'

const verify = createVerify([BODIES.key])

describe('a signature', () => {
  test.each(BODIES.bodies)(
    'of Merge is taken, padded or not, and no other encoding of it: $name',
    ({ rawBody, signature, hex, base64 }) => {
      const body = Buffer.from(rawBody)
      expect(signature).toMatch(/^[\w-]{43}=$/)
      expect(verify(body, signature)).toBe(true)
      expect(verify(body, signature.slice(0, -1))).toBe(true)
      expect(verify(body, hex)).toBe(false)
      expect(verify(body, base64)).toBe(base64 === signature)
      expect(verify(Buffer.from(`${rawBody} `), signature)).toBe(false)
      expect(verify(Buffer.from(JSON.stringify(JSON.parse(rawBody), null, 2)), signature)).toBe(false)
    },
  )

  test.each([null, undefined, '', ' ', '=', 'a'.repeat(43), 'A'.repeat(44), 'A'.repeat(10_000), 7, ['x'], {}])(
    'that is %j is none',
    (signature) => {
      expect(verify(Buffer.from('{}'), signature as string)).toBe(false)
    },
  )

  test('is over bytes, not over text: what is no UTF-8 is signed as well', () => {
    const body = Buffer.from([0xff, 0x00, 0xc3, 0x28])
    expect(verify(body, sign(body, BODIES.key))).toBe(true)
    expect(verify(Buffer.from(body.toString('utf8')), sign(body, BODIES.key))).toBe(false)
  })

  test('is over that part of a buffer that was handed in, wherever it lies', () => {
    const whole = Buffer.from('before{"a":1}after')
    expect(verify(whole.subarray(6, 13), sign('{"a":1}', BODIES.key))).toBe(true)
    expect(verify(new Uint8Array(Buffer.from('{"a":1}')), sign('{"a":1}', BODIES.key))).toBe(true)
  })

  test('has one spelling: the spare bits of its last character are zero', () => {
    const { rawBody, signature } = BODIES.bodies[0] as (typeof BODIES.bodies)[0]
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const taken = [...alphabet].filter((last) => verify(Buffer.from(rawBody), `${signature.slice(0, 42)}${last}`))
    expect(taken).toEqual([signature[42]])
  })
})

test('while the secret is changed both are taken; afterwards the old one is not', () => {
  const body = Buffer.from('{"hook":{}}')
  const [before, both, after] = [createVerify(['old']), createVerify(['new', 'old']), createVerify(['new'])]
  const takes = (secret: string) => [before, both, after].map((each) => each(body, sign(body, secret)))
  expect(takes('old')).toEqual([true, true, false])
  expect(takes('new')).toEqual([false, true, true])
  expect(takes('neither')).toEqual([false, false, false])
})

test('a secret with an umlaut is UTF-8, as Merge’s own examples have it', () => {
  const body = Buffer.from('{}')
  expect(createVerify(['schlüssel'])(body, sign(body, 'schlüssel'))).toBe(true)
})

test('of 200,000 forgeries none is taken, and none breaks anything', () => {
  const { tried, kinds, wrong } = fuzz(0, 200_000)
  expect(wrong).toEqual([])
  expect(tried).toBe(200_000)
  expect(Object.keys(kinds).length).toBeGreaterThanOrEqual(30)
  for (const [kind, times] of Object.entries(kinds)) expect([kind, times > 4_000]).toEqual([kind, true])
})
