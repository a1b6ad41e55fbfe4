import type { Source } from './source.ts'

/** A file that does not fit in a head is cut. What a script has written is not for heads. */
export function fileLength({ path, lines, generated }: Source): string[] {
  return lines > 300 && !generated ? [`${path}: ${lines} lines, and 300 is the most`] : []
}

/** What only its author's machine has, or nobody should have: each with the reason. */
const forbidden: [pattern: RegExp, reason: string][] = [
  [/(?<![\w.~-])\/(?:home|root|Users|work|workspace|builds)\/[\w.-]/, 'a path of one machine'],
  [/\b[A-Z]:\\+Users\\/, 'a path of one machine'],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, 'a private key'],
  [/\bnpm_[A-Za-z0-9]{36}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b/, 'an access token'],
]

/** No text in the repository names what its readers do not have. */
export function readersText(path: string, text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, index) => forbidden.filter(([pattern]) => pattern.test(line)).map(([, reason]) => `${path}:${index + 1}: ${reason}`))
}
