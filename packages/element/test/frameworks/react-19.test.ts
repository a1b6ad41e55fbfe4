import * as components from '@connect-integration/element/react'
import * as react from 'react'
import * as client from 'react-dom/client'
import * as server from 'react-dom/server'
import { describeReact } from './react-suite.ts'

describeReact(19, { react, client, server, components })
