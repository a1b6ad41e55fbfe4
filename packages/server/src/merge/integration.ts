/** A system that can be connected, as it is shown. */
export interface Integration {
  name: string
  slug: string
  logoUrl: string | null
  color: string | null
}

export interface CatalogEntry extends Integration {
  categories: string[]
}

/** What Merge sends of one, in our words. */
export function readIntegration(value: {
  name: string
  slug: string | null
  color: string | null
  image: string | null
  square_image: string | null
}): Integration {
  return {
    name: value.name,
    slug: value.slug ?? value.name.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
    logoUrl: value.square_image ?? value.image,
    color: value.color,
  }
}
