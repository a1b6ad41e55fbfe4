/**
 * Registers a class under a name. Does nothing where there is no registry (a
 * server) or the name is taken: a page may load this package twice.
 */
export function defineElement(name: string, elementClass: CustomElementConstructor): void {
  const { customElements } = globalThis
  if (customElements && !customElements.get(name)) customElements.define(name, elementClass)
}
