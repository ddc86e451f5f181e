/** Where the routes are mounted unless the host says otherwise. */
export const defaultBasePath = '/api/v1/index'
