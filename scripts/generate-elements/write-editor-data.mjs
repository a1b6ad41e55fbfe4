import { isCallback } from './read-elements.mjs'

/** @typedef {import('./read-elements.mjs').ElementDescription} ElementDescription */

/** For JetBrains editors: https://github.com/JetBrains/web-types. It carries the package's version, so a release generates anew. */
export function writeWebTypes(elements, { name, version }) {
  return {
    $schema: 'https://raw.githubusercontent.com/JetBrains/web-types/master/schema/web-types.json',
    name,
    version,
    'js-types-syntax': 'typescript',
    'description-markup': 'markdown',
    contributions: {
      html: { elements: elements.map(webType) },
    },
  }
}

/** @param {ElementDescription} element */
function webType({ tag, className, description, attributes, fields, events, slots, parts, cssProperties }) {
  return {
    name: tag,
    description,
    source: { module: './dist/index.js', symbol: className },
    attributes: attributes.map(({ name, description, type }) => ({ name, description, value: { type, ...boolean(type) } })),
    slots,
    js: {
      properties: fields
        .filter(({ name, readonly }) => !readonly && !isCallback(name))
        .map(({ name, description, type }) => ({ name, description, type })),
      events: events.map(({ name, description, type }) => ({ name, description, type })),
    },
    css: { parts, properties: cssProperties },
  }
}

function boolean(type) {
  return type === 'boolean' ? { kind: 'no-value' } : {}
}

/** For Visual Studio Code: the setting `html.customData` takes the path of this file. */
export function writeCustomData(elements) {
  return {
    version: 1.1,
    tags: elements.map(({ tag, description, attributes }) => ({
      name: tag,
      description,
      attributes: attributes.map(({ name, description, type }) => ({
        name,
        description,
        ...(type === 'boolean' ? { valueSet: 'v' } : {}),
      })),
    })),
  }
}
