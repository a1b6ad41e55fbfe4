import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainText } from '../../src/merge/plain-text.ts'

test.each([
  ['The password has expired.', 'The password has expired.'],
  ['  Two\r\n\tlines \u0000 and a bell\u0007 ', 'Two lines and a bell'],
  ['Ask <b>your admin</b> <img src=x onerror=alert(1)>now', 'Ask your admin now'],
  ['Salary < 0 was refused', 'Salary 0 was refused'],
  ['<<script>>alert(1)', '>alert(1)'],
  ['Turned \u202Earound\u202C', 'Turned around'],
  ['Ein Zeichen\uD800 zu viel', 'Ein Zeichen\uFFFD zu viel'],
  ['パスワードの有効期限が切れました。', 'パスワードの有効期限が切れました。'],
  ['Le mot de passe a expiré.', 'Le mot de passe a expiré.'],
])('%j is read as %j', (foreign, text) => {
  expect(plainText(foreign)).toBe(text)
})

test.each([
  null,
  undefined,
  '',
  '   ',
  '<br>',
  '-',
  '…!',
  'Please relink your account.',
  'Re-link the Linked Account',
  'Contact Merge support',
  'The access token was revoked',
  'accessToken revoked',
  'invalid_grant: INVALID_GRANT',
  'Request failed with 401',
  'API returned nothing',
  'See https://app.acme.test/settings?key=abc',
  'Key sk_live_51H8abcdefGHIJKLmnopQR was refused',
  'write to somebody@a-long-subdomain.acme.test',
])('%j is nothing that a customer could read', (foreign) => {
  expect(plainText(foreign)).toBeNull()
})

test('a long text is cut, and not within a character', () => {
  expect(plainText('word '.repeat(100))).toHaveLength(300)
  const cut = plainText(`${'ab '.repeat(99)}a😀 and more`) ?? ''
  expect(cut.length).toBeLessThanOrEqual(300)
  expect(cut.isWellFormed()).toBe(true)
  expect(cut.endsWith('…')).toBe(true)
})

test('whatever comes, it is one short line without tags, or nothing', () => {
  const pieces = fc.constantFrom('<', '>', '<b>', '\n', '\u202E', 'word ', '\uD800', '😀', '&lt;', '"', 'é', '\u0000', 'x'.repeat(200))
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
      ),
      (foreign) => {
        const text = plainText(foreign)
        if (text === null) return
        expect(text.length).toBeLessThanOrEqual(300)
        expect(text).not.toMatch(/[<\p{Cc}\u202A-\u202E\u2066-\u2069]/u)
        expect(text.isWellFormed()).toBe(true)
        expect(plainText(text)).toBe(text)
      },
    ),
  )
})
