// React 18, which lives in a package of its own: one tree has one React.
export * as react from '../react-18/node_modules/react/index.js'
export * as client from '../react-18/node_modules/react-dom/client.js'
export * as server from '../react-18/node_modules/react-dom/server.js'
