import { useState } from 'react';
import { Brand } from '../app/brand.js';
import { Button } from '../ui/button.js';
import { TextField } from '../ui/field.js';
import { Failed } from '../ui/states.js';
import { useSignIn } from './session.js';
import styles from './sign-in.module.css';

/** Signs in with a token; the address that was asked for stays. */
export function SignIn({ reason }: { reason: string | null }) {
  const [token, setToken] = useState('');
  const signIn = useSignIn();
  return (
    <main className={styles['page']}>
      <form
        className={styles['card']}
        onSubmit={(submitted) => {
          submitted.preventDefault();
          signIn.mutate(token);
        }}
      >
        <h1>
          <Brand /> <span className="visually-hidden">Sign in</span>
        </h1>
        {reason !== null && <p role="alert">{reason}</p>}
        <TextField
          label="Token"
          type="password"
          value={token}
          required
          placeholder="flt_…"
          autoComplete="current-password"
          onChange={({ target }) => setToken(target.value)}
        />
        <Button type="submit" kind="primary" disabled={signIn.isPending || token.trim() === ''}>
          {signIn.isPending ? 'Signing in…' : 'Sign in'}
        </Button>
        {signIn.error !== null && <Failed error={signIn.error} />}
        <p className={styles['note']}>
          Who has no token asks whoever runs the service. <code>npm start</code> prints a link that
          signs in once, without one.
        </p>
      </form>
    </main>
  );
}
