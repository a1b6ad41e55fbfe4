// As far as the tests use it, the newer React's types fit the older one.
export * as react from 'react'
export * as client from 'react-dom/client'
export * as server from 'react-dom/server'
