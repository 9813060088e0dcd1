/** What the control API wants the next sign-in to end in; once. */
export interface NextSignIn {
  username?: string
  error?: string
  error_description?: string
  error_subcode?: string
  /** An AADSTS code to stop on, as `AADSTS50105`. */
  page?: string
}
