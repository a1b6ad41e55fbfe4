import { assert } from '../assert.ts'
import { checksOf } from '../check.ts'
import { bystander, commit, feed, record, reserveAndClaim } from '../examples.ts'

const { checks, check } = checksOf('commit')
export const commitPayloadChecks = checks

const AS_GIVEN = 'what the product reads is what the source said, to the last digit of a salary and the last letter of a name'

const PAYLOADS: readonly [string, string][] = [
  ['spaces, line breaks and the order of keys', '{ "b" : 1,\n\t"a" : 2 , "1":3}\r\n'],
  ['a key twice', '{"a":1,"a":2}'],
  ['large and small numbers', '{"big":123456789012345678901234567890,"id":9007199254740993,"huge":1e400,"tiny":1e-400}'],
  ['the spelling of numbers', '{"a":1.0,"b":1.10,"c":1E5,"d":-0,"e":0.1000}'],
  ['an escaped NUL', '{"name":"a\\u0000b"}'],
  ['escaped lone surrogates', '{"name":"\\ud800 and \\udc00"}'],
  ['raw lone surrogates', '{"name":"\ud800 and \udc00\udc00"}'],
  ['a raw surrogate at the end', '"\ud83d'],
  ['other escapes', '{"a":"\\u00e9\\/\\"\\\\\\n\\t","b":"\\u2028"}'],
  ['raw line separators', '{"a":"\u2028\u2029\u0085"}'],
  ['keys of JavaScript itself', '{"__proto__":{"a":1},"constructor":1,"toString":2}'],
  ['all planes', '{"a":"é 漢字 😀 👩‍👩‍👧 \ufffd \uffff \u{10ffff}"}'],
  ['composed and decomposed accents', '{"a":"caf\u00e9 cafe\u0301"}'],
  ['a byte order mark', '\ufeff{"a":"\ufeff"}'],
  ['control characters', '{"a":"\u0001\u001f\u007f\u009f"}'],
  ['quotes, percent and question marks', `{"a":"it's \`\${x}\` %s %d ? $1 :name @p -- /* */ ;"}`],
  ['backslashes', '{"a":"C:\\\\temp\\\\new \\\\\\" \\\\x41"}'],
  ['JSON that is not an object', '"text"'],
  ['the JSON text null', 'null'],
  ['what looks like a number', '007'],
  ['what looks like a date', '"2026-07-01T00:00:00.123456+00:00"'],
  ['nothing at all', ''],
]
for (const [what, data] of PAYLOADS) {
  check(`gives data back as it was: ${what}`, AS_GIVEN, async ({ storage }) => {
    const untouched = await bystander(storage)
    const claimed = await reserveAndClaim(storage, 'a')
    const page = [record('before'), record('x', { data, hash: 'x' }), record('after')]
    await commit(storage, claimed, page)
    const found = (await feed(storage, claimed.account)).find(({ id }) => id === 'x')
    assert.equal(found?.data, data)
    assert.equal((await commit(storage, claimed, page)).changed, 0, 'delivered again')
    await commit(storage, claimed, [record('x', { data: '"plain"', hash: 'y' })])
    assert.equal((await feed(storage, claimed.account)).at(-1)?.data, '"plain"', 'overwritten by something plain')
    await commit(storage, claimed, [record('x', { data, hash: 'z', deleted: true })])
    assert.equal((await feed(storage, claimed.account)).at(-1)?.data, data, 'overwritten by this')
    await untouched()
  })
}

check('gives a record of two million characters back as it was', AS_GIVEN, async ({ storage }) => {
  const claimed = await reserveAndClaim(storage, 'a')
  const data = JSON.stringify({ text: 'aé😀" '.repeat(300_000) })
  await commit(storage, claimed, [record('before'), record('x', { data, hash: 'x' }), record('after')])
  const found = (await feed(storage, claimed.account)).find(({ id }) => id === 'x')
  assert.ok(found?.data === data, `the record was changed; it has ${found?.data.length} characters instead of ${data.length}`)
})

for (const [what, one, other] of [
  ['case', 'abc', 'ABC'],
  ['a space', 'abc', 'abc '],
  ['the spelling of a number', '1', '1.0'],
  ['the last of 500 characters', `${'x'.repeat(499)}1`, `${'x'.repeat(499)}2`],
] as const) {
  check(`hashes that differ in ${what} differ`, 'no change is taken for a repetition', async ({ storage }) => {
    const claimed = await reserveAndClaim(storage, 'a')
    for (const given of [record('x', { data: '"one"', hash: one }), record('x', { data: '"other"', hash: other })]) {
      assert.equal((await commit(storage, claimed, [given])).changed, 1, 'taken for a repetition')
      assert.equal((await commit(storage, claimed, [given])).changed, 0, 'a repetition that was taken for a change')
    }
  })
}
