/** How many errors and warnings a status document lists at most. */
export const listedProblems = 100
