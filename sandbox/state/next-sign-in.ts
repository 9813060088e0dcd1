/** How the next sign-in ends, as set by the control API; used once. */
export interface NextSignIn {
  username?: string
  error?: string
  error_description?: string
  error_subcode?: string
  /** The AADSTS code to stop with, such as `AADSTS50105`. */
  page?: string
}
