/** What the person who runs the benchmarks has asked for. */
export interface Settings {
  /** Fewer samples and fewer records: a first look, with a wider spread. */
  quick: boolean
}
