import strict from 'node:assert/strict'

/**
 * `node:assert/strict`, except that data is equal whatever world its objects come from: jest gives the tests globals of their own, and
 * what comes from Node itself, or from a driver's native code, is of another `Object` there.
 */
export const assert: Pick<typeof strict, 'AssertionError' | 'equal' | 'fail' | 'notEqual' | 'ok' | 'rejects'> & DeepEqual = {
  AssertionError: strict.AssertionError,
  equal: strict.equal,
  fail: strict.fail,
  notEqual: strict.notEqual,
  ok: strict.ok,
  rejects: strict.rejects,
  deepEqual: (actual, expected, message) => strict.deepEqual(structuredClone(actual), structuredClone(expected), message),
}

interface DeepEqual {
  deepEqual(actual: unknown, expected: unknown, message?: string): void
}
