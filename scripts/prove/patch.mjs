// Unified diffs, as `git diff` writes them: enough to change and to add text files, on any machine, with or without git.

/**
 * Reads a patch. Throws where it is no unified diff, or does something else than changing and adding text files.
 *
 * @param {string} text
 * @returns {{ path: string, isNew: boolean, hunks: { start: number, before: string[], after: string[] }[] }[]}
 */
export function readPatch(text) {
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  const files = []
  for (let index = 0; index < lines.length; index++) {
    if (/^(?:rename|copy|Binary|GIT binary|deleted)\b/.test(lines[index]))
      throw new Error(`"${lines[index]}" is more than a change of text.`)
    if (lines[index].startsWith('--- ') && lines[index + 1]?.startsWith('+++ ')) {
      const path = /^\+\+\+ b\/([^\t]+)/.exec(lines[index + 1])?.[1]
      if (path === undefined || path.split('/').includes('..')) throw new Error(`"${lines[index + 1]}" names no file below the root.`)
      files.push({ path, isNew: lines[index].startsWith('--- /dev/null'), hunks: [] })
      index++
    } else if (lines[index].startsWith('@@ ')) {
      const hunk = readHunk(lines, index)
      if (files.length === 0) throw new Error(`"${lines[index]}" belongs to no file.`)
      files.at(-1).hunks.push(hunk)
      index += hunk.length
    }
  }
  if (files.length === 0 || files.some(({ hunks }) => hunks.length === 0)) throw new Error('It changes nothing.')
  return files
}

function readHunk(lines, at) {
  const header = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(lines[at])
  if (header === null) throw new Error(`"${lines[at]}" is no head of a hunk.`)
  const [start, ours, theirs] = [1, 2, 3].map((group) => Number(header[group] ?? 1))
  const [before, after] = [[], []]
  let length = 0
  while (before.length < ours || after.length < theirs) {
    // An editor may have taken the one space of an empty line.
    const line = lines[at + ++length] || ' '
    if (!/^[ +-]/.test(line) || at + length >= lines.length) throw new Error(`The hunk "${lines[at]}" ends before it has all of its lines.`)
    if (line[0] !== '+') before.push(line.slice(1))
    if (line[0] !== '-') after.push(line.slice(1))
  }
  return { start, before, after, length }
}

/**
 * What each file is after the patch, by its path. The lines before and around a change must be there exactly as the patch has them, where it says
 * or in one other place. Throws where they are not; nothing is written.
 *
 * @param {ReturnType<typeof readPatch>} files
 * @param {(path: string) => string | null} read `null`: there is no such file
 * @returns {Map<string, string>}
 */
export function applyPatch(files, read) {
  return new Map(
    files.map(({ path, isNew, hunks }) => {
      const text = read(path)
      if (isNew !== (text === null)) throw new Error(isNew ? `${path} is there already.` : `There is no file ${path}.`)
      const lines = text === null ? [''] : text.split('\n')
      let drift = 0
      for (const { start, before, after } of hunks) {
        const at = isNew ? 0 : place(lines, before, start - 1 + drift, path)
        lines.splice(at, before.length, ...after)
        drift = at - (start - 1) + after.length - before.length
      }
      return [path, lines.join('\n')]
    }),
  )
}

function place(lines, wanted, stated, path) {
  const fits = (at) => wanted.every((line, index) => lines[at + index] === line)
  if (fits(stated)) return stated
  const places = lines.flatMap((_, at) => (fits(at) ? [at] : []))
  if (places.length === 1) return places[0]
  const what = wanted.find((line) => line.trim() !== '') ?? ''
  throw new Error(
    `${path} ${places.length === 0 ? 'no longer has' : `has in ${places.length} places`} the lines around "${what.trim().slice(0, 80)}".`,
  )
}
