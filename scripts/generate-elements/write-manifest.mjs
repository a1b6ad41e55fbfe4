/** @typedef {import('./read-elements.mjs').ElementDescription} ElementDescription */

/** The custom elements manifest: https://custom-elements-manifest.open-wc.org. Paths are those that users import. */
export function writeManifest(elements) {
  const entries = [
    { path: 'dist/define.js', elements },
    ...elements.map((each) => ({ path: `dist/define/${each.tag}.js`, elements: [each] })),
  ]
  return {
    schemaVersion: '2.1.0',
    readme: 'README.md',
    modules: [
      {
        kind: 'javascript-module',
        path: 'dist/index.js',
        declarations: elements.map(declaration),
        exports: elements.map(({ className }) => ({ kind: 'js', name: className, declaration: reference(className) })),
      },
      ...entries.map(({ path, elements: defined }) => ({
        kind: 'javascript-module',
        path,
        declarations: [],
        exports: defined.map(({ tag, className }) => ({
          kind: 'custom-element-definition',
          name: tag,
          declaration: reference(className),
        })),
      })),
    ],
  }
}

/** @param {ElementDescription} element */
function declaration({ tag, className, description, attributes, fields, methods, events, slots, parts, states, cssProperties }) {
  return {
    kind: 'class',
    name: className,
    tagName: tag,
    customElement: true,
    description,
    superclass: { name: 'LitElement', package: 'lit' },
    attributes: attributes.map(({ name, description, field, type }) => ({ name, description, type: { text: type }, fieldName: field })),
    members: [
      ...fields.map(({ name, description, type, readonly, attribute, reflects, initial }) => ({
        kind: 'field',
        name,
        ...(description ? { description } : {}),
        type: { text: type },
        ...(initial ? { default: initial } : {}),
        ...(readonly ? { readonly } : {}),
        ...(attribute ? { attribute } : {}),
        ...(reflects ? { reflects } : {}),
      })),
      ...methods.map(({ name, description, returns }) => ({ kind: 'method', name, description, return: { type: { text: returns } } })),
    ],
    events: events.map(({ name, description, type }) => ({ name, description, type: { text: type } })),
    slots,
    cssParts: parts,
    cssStates: states,
    cssProperties,
  }
}

function reference(name) {
  return { name, module: 'dist/index.js' }
}
