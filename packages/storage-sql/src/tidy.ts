/** SQL as somebody would have written it in a file of its own: without the indentation of the code around it. */
export function tidy(sql: string): string {
  const [first = '', ...rest] = sql.trim().split('\n')
  const margin = Math.min(...rest.filter((line) => line.trim()).map((line) => line.search(/\S/)))
  return [first, ...rest.map((line) => line.slice(margin))].join('\n')
}
