# ruff: noqa: N803, N806, B023, B905, E731, SIM108, SIM113 - matrices have capital letters here, as on paper, and programs are written as one writes them
"""Programs with loops that hand on values, with arguments: several lengths and numbers of iterations, 0 and 1 among them."""

import math

import numpy as np

VECTORS = [np.linspace(0.3, 2.7, length) for length in (0, 1, 2, 5)]
CHAIN = np.array([[0.7, 0.3], [0.4, 0.6]])


def newton_with_tolerance(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


def newton_with_return(a):
    x = a
    while True:
        new = 0.5 * (x + a / x)
        if abs(new - x) < 1e-14:
            return new
        x = new


def bisection(a):
    low, high = 0.0, a + 1.0
    count = 0
    while high - low > 1e-10:
        middle = 0.5 * (low + high)
        if middle * middle > a:
            high = middle
        else:
            low = middle
        count += 1
    else:
        count = count + 0.5
    return low, count


def smoothing(x):
    s = 0.0
    for v in x:
        s = 0.5 * s + v
    return s


def fibonacci(x):
    a, b = 0.0, 1.0
    for v in x:
        a, b = b, a + b * v
    return a, b


def stopped_early(x):
    s = 0.0
    for v in x:
        if v > 2:
            break
        s += v
    return s


def skipping(x):
    s = 1.0
    for v in x:
        if v < 1:
            continue
        s = s * v + 1
    return s


def leapfrog(q, p, x):
    for k in range(len(x)):
        q += x[k] * p
        p -= x[k] * math.sin(q)
    return q, p


def recurrence(x):
    y = np.zeros_like(x)
    for i in range(1, len(x)):
        y[i] = 0.5 * y[i - 1] + x[i]
    return y


def last_iteration(x):
    s = 0.0
    for i in range(len(x)):
        t = x[i] * s
        s = t + x[i]
    return s + t


def logistic_map(x, r):
    for _ in range(500):
        x = r * x * (1 - x)
    return x


def euler(y, h, T):
    t = 0.0
    for _ in range(int(T / h)):
        y = y + h * (-2 * y + math.sin(t))
        t += h
    return y, t


def slope(t, y):
    return -y * t + math.cos(t)


def runge_kutta(y, h, T):
    t = 0.0
    n = round(T / h)
    for i in range(n):
        k1 = slope(t, y)
        k2 = slope(t + h / 2, y + h / 2 * k1)
        k3 = slope(t + h / 2, y + h / 2 * k2)
        k4 = slope(t + h, y + h * k3)
        y += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        t = (i + 1) * h
    return y


def lotka_volterra(y, p):
    return np.array([p[0] * y[0] - p[1] * y[0] * y[1], p[2] * y[0] * y[1] - p[3] * y[1]])


def vector_runge_kutta(y0, p, times):
    y = y0
    for i in range(len(times) - 1):
        h = times[i + 1] - times[i]
        k1 = lotka_volterra(y, p)
        k2 = lotka_volterra(y + h / 2 * k1, p)
        k3 = lotka_volterra(y + h / 2 * k2, p)
        k4 = lotka_volterra(y + h * k3, p)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


def stored_trajectory(y0, h, xs):
    n = len(xs)
    found = np.zeros((n + 1, 2))
    found[0] = y0
    for i in range(n):
        found[i + 1, 0] = found[i, 0] + h * found[i, 1]
        found[i + 1, 1] = found[i, 1] - h * xs[i] * np.sin(found[i, 0])
    return found


def listed_state(a, x):
    state = [1.0, a]
    for v in x:
        state = [state[1], v * state[0] - state[1]]
    return state[0] + state[1]


def verlet(q, p, h, xs):
    q = q.copy()
    p = p.copy()
    for _ in xs:
        p -= 0.5 * h * q
        q += h * p
        p -= 0.5 * h * q
    return np.sum(q**2), p


def smoothing_of_all(x, a):
    y = np.zeros(len(x))
    y[0] = x[0]
    for i in range(1, len(x)):
        y[i] = a * y[i - 1] + (1 - a) * x[i]
    return y


def cumulative_product(x):
    y = np.empty(len(x))
    p = 1.0
    for i in range(len(x)):
        p *= x[i]
        y[i] = p
    return y


def garch(p, r):
    omega, alpha, beta = p
    variance = omega / (1 - alpha - beta)
    loss = 0.0
    for t in range(len(r)):
        if t > 0:
            variance = omega + alpha * r[t - 1] ** 2 + beta * variance
        loss += 0.5 * (np.log(variance) + r[t] ** 2 / variance)
    return loss


def scalar_kalman(x, q, r):
    m, P = 0.0, 1.0
    loss = 0.0
    for z in x:
        P = P + q
        S = P + r
        K = P / S
        v = z - m
        m = m + K * v
        P = (1 - K) * P
        loss += 0.5 * (math.log(2 * math.pi * S) + v * v / S)
    return loss, m


def matrix_kalman(x, F, Q, r):
    m = np.zeros(2)
    P = np.eye(2)
    loss = 0.0
    for z in x:
        m = F @ m
        P = F @ P @ F.T + Q
        S = P[0, 0] + r
        K = P[:, 0] / S
        v = z - m[0]
        m = m + K * v
        P = P - np.outer(K, P[0])
        loss = loss + v * v / S + np.log(S)
    return loss


def heat(u0, c, times):
    u = u0.copy()
    for _ in range(len(times)):
        u[1:-1] = u[1:-1] + c * (u[2:] - 2 * u[1:-1] + u[:-2])
    return u


def heat_with_two_arrays(u0, c, times):
    u = u0.copy()
    new = np.zeros_like(u)
    for _ in times:
        for i in range(1, len(u) - 1):
            new[i] = u[i] + c * (u[i + 1] - 2 * u[i] + u[i - 1])
        u, new = new, u
    return u


def power_iteration(A, v):
    for _ in range(200):
        w = A @ v
        v = w / np.sqrt(np.sum(w**2))
    return v @ A @ v


def power_iteration_to_tolerance(A, v):
    old = 0.0
    while True:
        w = A @ v
        new = np.sqrt(w @ w)
        v = w / new
        if abs(new - old) < 1e-12 * new:
            break
        old = new
    return new


def horner(c, x):
    s = 0.0
    for a in reversed(c):
        s = s * x + a
    return s


def horner_backwards(c, x):
    s = c[-1]
    for k in range(len(c) - 2, -1, -1):
        s = s * x + c[k]
    return s


def lentz(x):
    f = 1e-30
    C, D = f, 0.0
    for j in range(1, 200):
        a = x if j == 1 else -((j - 1) ** 2) * x * x
        b = 2 * j - 1
        D = b + a * D
        if D == 0:
            D = 1e-30
        C = b + a / C
        D = 1 / D
        delta = C * D
        f *= delta
        if abs(delta - 1) < 1e-14:
            break
    return f


def arithmetic_geometric_mean(a, b):
    while abs(a - b) > 1e-15 * a:
        a, b = (a + b) / 2, math.sqrt(a * b)
    return a


def gauss_seidel(A, b, sweeps):
    x = np.zeros_like(b)
    n = len(b)
    for _ in sweeps:
        for i in range(n):
            s = 0.0
            for j in range(n):
                if j != i:
                    s += A[i, j] * x[j]
            x[i] = (b[i] - s) / A[i, i]
    return x


def greatest_divisor(x, y):
    a, b = int(x), int(y)
    while b:
        a, b = b, a % b
    return a


def collatz(x):
    n = int(x)
    count = 0
    while n != 1:
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        count += 1
    return count


def soft_minimum(a, b, c, gamma):
    m = min(a, b, c)
    s = math.exp((m - a) / gamma) + math.exp((m - b) / gamma) + math.exp((m - c) / gamma)
    return m - gamma * math.log(s)


def soft_dtw(x, y, gamma):
    n, m = len(x), len(y)
    D = np.full((n + 1, m + 1), 1e10)
    D[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            cost = (x[i - 1] - y[j - 1]) ** 2
            D[i, j] = cost + soft_minimum(D[i - 1, j], D[i, j - 1], D[i - 1, j - 1], gamma)
    return D[n, m]


def edit_distance(x, y):
    n, m = len(x), len(y)
    D = np.zeros((n + 1, m + 1))
    for i in range(n + 1):
        for j in range(m + 1):
            if i == 0 or j == 0:
                D[i, j] = i + j
            else:
                D[i, j] = min(D[i - 1, j] + 1, D[i, j - 1] + 1, D[i - 1, j - 1] + abs(x[i - 1] - y[j - 1]))
    return D[n, m]


def thomas(a, b, c, d):
    n = len(d)
    cp = np.zeros(n)
    dp = np.zeros(n)
    cp[0] = c[0] / b[0]
    dp[0] = d[0] / b[0]
    for i in range(1, n):
        w = b[i] - a[i] * cp[i - 1]
        cp[i] = c[i] / w
        dp[i] = (d[i] - a[i] * dp[i - 1]) / w
    x = np.zeros(n)
    x[n - 1] = dp[n - 1]
    for i in range(n - 2, -1, -1):
        x[i] = dp[i] - cp[i] * x[i + 1]
    return x


def backward_recurrence(x):
    y = np.zeros(len(x))
    s = 0.0
    for i in range(len(x) - 1, -1, -1):
        s = 0.5 * s + x[i]
        y[i] = s
    return y


def bubble_sort(x):
    y = x.copy()
    n = len(y)
    for i in range(n):
        for j in range(n - 1 - i):
            if y[j] > y[j + 1]:
                y[j], y[j + 1] = y[j + 1], y[j]
    return y


def sorted_list(a, b, c, d):
    y = [a, b, c, d]
    swapped = True
    while swapped:
        swapped = False
        i = 0
        while i < 3:
            if y[i] > y[i + 1]:
                y[i], y[i + 1] = y[i + 1], y[i]
                swapped = True
            i += 1
    return y[0] + 10 * y[1] + 100 * y[2] + 1000 * y[3]


def first_above(x, limit):
    for i in range(len(x)):
        if x[i] > limit:
            return i * x[i]
    return -1.0


def found_or_not(x, limit):
    for v in x:
        if v > limit:
            found = v
            break
    else:
        found = -limit
    return found


def previous(x):
    last = None
    s = 0.0
    for v in x:
        if last is not None:
            s += (v - last) ** 2
        last = v
    return s


def bound_later(x):
    s = 0.0
    for i, v in enumerate(x):
        if i == 0:
            top = v
        elif v > top:
            top = v + s
        s = s + v
    return s * top


def steps_of_two(x):
    s = 1.0
    for i in range(0, len(x), 2):
        s = s * x[i] + 1
    return s


def steps_down(x, k):
    s = 1.0
    for i in range(len(x) - 1, 0, -3):
        s = s * x[i] + i
    return s


def pairs(x, y):
    s = 0.0
    for i, (a, b) in enumerate(zip(x, y), 2):
        s = s * a + b * i
    return s


def known_beside_unknown(x):
    s = 0.0
    for a, c in zip(x, [1.0, 2.0, 3.0]):
        s = s * a + c
    return s


def while_with_index(x):
    i = 0
    s = 0.0
    while i < len(x) and s < 3:
        s = s + x[i]
        i += 1
    return s, i


def last_elements(x):
    i = 1
    s = 0.0
    while i <= len(x):
        s = 0.5 * s + x[-i]
        i = i + 1
    return s


def coefficients(x):
    c = [1.0, -0.5, 0.25]
    s = 1.0
    k = 0
    for v in x:
        s = s * v + c[k]
        k = (k + 1) % 3
    return s


def beyond_the_end(x):
    s = 1.0
    for i in range(len(x)):
        s = s * x[i + 1]
    return s


def nested_while(x):
    total = 0.0
    for v in x:
        t = v
        while t > 0.5:
            t = t / 2
        total = total * 0.5 + t
    return total


def in_a_branch(x, c):
    if c > 0:
        s = 1.0
        for v in x:
            s = s * v + c
    else:
        s = -c
    return s


def flagged(x):
    rising = True
    for i in range(1, len(x)):
        rising = rising and x[i] > x[i - 1]
    return 1.0 if rising else x.sum()


def counts(x):
    n = 0
    for v in x:
        if v > 1:
            n += 1
    return n / (1 + len(x))


def histogram(x):
    h = np.zeros(4)
    for v in x:
        b = int(v)
        if 0 <= b < 3:
            h[b] += v
        else:
            h[3] += 1
    return h


def written_twice(x):
    y = x.copy()
    for i in range(len(x) - 1):
        y[i] = y[i] * 2
        y[i + 1] = y[i + 1] + y[i]
        y[i] -= y[i + 1]
    return y


def written_anywhere(x):
    y = np.zeros(len(x))
    k = 0
    for i in range(len(x)):
        y[k] = y[i] + x[i]
        k = (k + 2) % len(x)
        y[i] = y[k] + 1
    return y


def written_on_one_side(x):
    y = np.ones(len(x) + 1)
    for i in range(len(x)):
        if x[i] > 1:
            y[i + 1] = y[i] * x[i]
        elif x[i] > 0.5:
            y[i] += 1
            y[i + 1] = y[i]
    return y


def written_where_it_fits(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[i] += x[i]
        if i + 1 < len(x):
            y[i + 1] = 0.5 * y[i]
    return y


def sums_of_what_is_written(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[i] = x[i] + np.sum(y)
    return y


def interpolated(x, t):
    low, high = 0, len(x) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if x[middle] > t:
            high = middle
        else:
            low = middle
    w = (t - x[low]) / (x[high] - x[low])
    return w, low


def transposed_in_place(A):
    B = A.copy()
    for i in range(len(B)):
        for j in range(i):
            B[i, j], B[j, i] = B[j, i], B[i, j]
    return B


def cholesky(A):
    n = len(A)
    L = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = A[i, j]
            for k in range(j):
                s -= L[i, k] * L[j, k]
            if i == j:
                L[i, j] = np.sqrt(s)
            else:
                L[i, j] = s / L[j, j]
    return L


def appended(x):
    found = []
    s = 1.0
    for v in x:
        s = 0.5 * s + v
        found.append(s)
    return np.array(found), len(found)


def appended_to_the_last(y0, h, x):
    ys = [y0]
    for v in x:
        ys.append(ys[-1] + h * (v - ys[-1]))
    return np.array(ys), ys[-1], ys[0]


def appended_states(h, x):
    states = [(1.0, 0.0)]
    for v in x:
        q, p = states[-1]
        p = p - h * v * math.sin(q)
        states.append((q + h * p, p))
    return np.array(states)


def appended_vectors(y, x):
    found = [y]
    for v in x:
        y = np.cos(y) * v
        found.append(y)
    return np.array(found), np.sum(found[-1])


def appended_until(x):
    found = []
    while x > 0.1:
        found.append(x)
        x = x / 2
    return np.array(found), x


def appended_by_length(x):
    ys = [1.0, 2.0]
    for v in x:
        ys.append(v * ys[len(ys) - 1] + len(ys))
    s = 0.0
    for y in ys:
        s = 0.9 * s + y
    return s, sum(ys)


def swapped_and_written(x, n):
    u = x.copy()
    v = np.zeros(len(x))
    for a in n:
        v[0] = u[0] + a
        u, v = v, u
    return u, v


def best_so_far(x, n):
    y = x.copy()
    best = y
    for a in n:
        y = y * a
        if y[0] > best[0]:
            best = y
    return best, y


def integer_that_becomes_a_float(x):
    s = 0
    for v in x:
        s = s / 2 + v
    return s


def state_in_a_dict(x):
    st = {"a": 1.0, "b": 0.0}
    for v in x:
        st["a"] = st["a"] * v + st["b"]
        st["b"] = st["a"] - v
    return st["a"]


def returned_tuple(x):
    for i, v in enumerate(x):
        if v > 1:
            return i, v
    return -1, 0.0


def breaks_of_two_loops(x):
    s = 0.0
    for v in x:
        for w in x:
            if w > v:
                break
            s = s * 0.5 + w
        else:
            s = s + 100
            continue
        s = s - 1
    return s


def while_with_else(x):
    while x < 10:
        x = x * 2
        if x == 5:
            break
    else:
        x = x + 0.5
    return x


def try_in_a_loop(x):
    s = 1.0
    for v in x:
        try:
            s = s + math.log(v - 0.5)
        except ValueError:
            s = -s
    return s


def raising_in_a_loop(x):
    s = 0.0
    for v in x:
        if v > 2:
            raise ValueError("big")
        s = s * 0.5 + v
    return s


def counted_in_the_test(x):
    s = 0.0
    i = 0
    while (i := i + 1) < len(x):
        s = s * 0.5 + x[i]
    return s, i


def loop_in_an_unrolled_one(x):
    s = 1.0
    for i in range(3):
        for v in x:
            s = s * 0.5 + v * i
    return s


def bound_on_a_path(x, c):
    for v in x:
        if v > c:
            t = v
    return t


def read_by_an_inner_function(x, a):
    def f(s):
        return a * s + b

    b = 0.0
    s = 1.0
    for v in x:
        b = v
        s = f(s)
    return s


def lambda_in_a_loop(x):
    s = 1.0
    for v in x:
        g = lambda t: t * v
        s = g(s) + 1
    return s


def comprehensions_in_a_loop(x):
    s = 1.0
    for v in x:
        s = sum([w * s for w in (1.0, 2.0)]) * 0.1 + sum(u * v for u in x)
    return s


def truth_that_ends_it(x):
    done = False
    n = 0
    while not done:
        x = x / 2
        n += 1
        done = x < 0.1
    return x, n


def matrix_power(A, n):
    P = np.eye(2)
    for _ in n:
        P = P @ A
    return P


def shrinking_slices(x):
    y = x.copy()
    for k in range(1, len(x)):
        y[k:] = y[k:] + y[k - 1]
    return y


def growing_slices(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        y[i] = x[: i + 1] @ x[: i + 1] + (y[i - 1] if i else 0.0)
    return y


def loop_in_try(x):
    try:
        s = 0.5
        for v in x:
            s = math.sqrt(v - s)
    except ValueError:
        s = -1.0
    return s


def written_under_two_names(x):
    y = np.zeros(len(x))
    z = y
    for i in range(len(x)):
        y[i] = x[i] + (z[i - 1] if i > 0 else 0.0)
    return z


def handed_on_under_two_names(x):
    y = x.copy()
    old = y
    for _ in range(3):
        y[0] = y[0] + 1.0
        old = y
        for j in range(len(x)):
            y[j] = y[j] * 2 + old[0]
    return old


def best_of_what_changes(x, n):
    y = x.copy()
    best = y
    for a in n:
        y[0] = y[0] * a
        if a > 1:
            best = y
    return best, y


def view_of_a_changed_row(A, n):
    B = A.copy()
    r = B[0]
    for a in n:
        B[0, 0] = B[0, 0] + a
        r = B[0]
    return r


def appended_to_two(x):
    ts, ys = [0.0], [1.0]
    for v in x:
        ys.append(ys[-1] * v)
        ts.append(ts[-1] + 0.1)
    return np.array(ts), np.array(ys)


def loop_of_a_helper(x):
    def it(v):
        while v > 0.5:
            v = v / 2
        return v

    s = 0.0
    for v in x:
        s += it(v)
    return s


def loop_for_each_element(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        v = x[i]
        while v > 0.5:
            v = v / 2
        y[i] = v
    return y


def particles(x, v, times):
    x = x.copy()
    v = v.copy()
    n = len(x)
    for _ in times:
        a = np.zeros(n)
        for i in range(n):
            for j in range(n):
                if i != j:
                    d = x[j] - x[i]
                    a[i] += d / (abs(d) ** 3 + 0.1)
        v += 0.01 * a
        x += 0.01 * v
    return x


def jacobi_sweeps(A, b, k):
    x = np.zeros_like(b)
    for _ in k:
        new = np.zeros_like(b)
        for i in range(len(b)):
            s = 0.0
            for j in range(len(b)):
                if j != i:
                    s += A[i, j] * x[j]
            new[i] = (b[i] - s) / A[i, i]
        if np.max(np.abs(new - x)) < 1e-10:
            break
        x = new
    return x


def knapsack(w, v):
    best = np.zeros(6)
    for i in range(len(w)):
        for c in range(5, 0, -1):
            if w[i] <= c:
                best[c] = max(best[c], best[c - 1] + v[i])
    return best


def viterbi(A, p, obs):
    v = p
    for o in obs:
        new = np.zeros(len(p))
        for j in range(len(p)):
            new[j] = np.max(v * A[:, j]) * o
        v = new
    return np.max(v)


def forward_algorithm(A, p, B):
    a = p * B[0]
    for t in range(1, len(B)):
        a = (a @ A) * B[t]
    return np.sum(a)


def gradient_descent(w, X, y):
    for _ in range(2):
        for xi, yi in zip(X, y):
            w = w - 0.1 * (w @ xi - yi) * xi
    return w


def adam(w, g):
    m = np.zeros_like(w)
    v = np.zeros_like(w)
    t = 0
    for gi in g:
        t += 1
        m = 0.9 * m + 0.1 * gi * w
        v = 0.99 * v + 0.01 * (gi * w) ** 2
        w = w - 0.1 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.99**t)) + 1e-8)
    return w


def secant(a, b):
    fa, fb = a**2 - 2, b**2 - 2
    for _ in range(100):
        if fb == fa:
            break
        a, b = b, b - fb * (b - a) / (fb - fa)
        fa, fb = fb, b**2 - 2
        if abs(b - a) < 1e-12:
            break
    return b


def mandelbrot(x, y):
    a, b, n = 0.0, 0.0, 0
    while a * a + b * b < 4 and n < 100:
        a, b = a * a - b * b + x, 2 * a * b + y
        n += 1
    return n, a


def running_maximum(x):
    m = -np.inf
    y = []
    for v in x:
        m = max(m, v)
        y.append(m)
    return np.array(y)


def started_by_a_choice(x):
    y = np.empty_like(x)
    for i, v in enumerate(x):
        y[i] = v if i == 0 else 0.5 * y[i - 1] + 0.5 * v
    return y


def written_cyclically(x):
    y = np.zeros(max(0, 3))
    for i in range(len(x)):
        y[i % 3] += x[i]
    return y


def appended_up_to_a_break(x):
    found = [x]
    while True:
        new = x / 2 + 0.1
        if abs(new - x) < 1e-3:
            break
        x = new
        found.append(x)
    return np.array(found), len(found)


def each(*values):
    """A list of argument lists of one argument each."""
    return [[value] for value in values]


CASES = [
    (newton_with_tolerance, each(2.0, 1.0, 9.0)),
    (newton_with_return, each(2.0, 1.0, 9.0)),
    (bisection, each(2.0, 9.0, -1.0)),
    (smoothing, each(*VECTORS)),
    (fibonacci, each(*VECTORS)),
    (stopped_early, each(*VECTORS)),
    (skipping, each(*VECTORS)),
    (leapfrog, [[1.0, 0.5, x] for x in VECTORS]),
    (recurrence, each(*VECTORS)),
    (last_iteration, each(*VECTORS)),
    (logistic_map, [[0.3, 3.1], [0.5, 2.0]]),
    (euler, [[1.0, 0.1, 1.05], [1.0, 0.5, 0.4], [1.0, 0.5, -3.0], [2.0, 1.0, 1.0]]),
    (runge_kutta, [[1.0, 0.1, 1.0], [1.0, 0.5, 0.1], [1.0, 0.5, 0.5]]),
    (vector_runge_kutta, [[np.array([1.0, 0.5]), np.array([1.0, 0.4, 0.3, 0.7]), np.linspace(0, 1, n)] for n in (1, 2, 5)]),
    (stored_trajectory, [[np.array([1.0, 0.5]), 0.1, x] for x in VECTORS]),
    (listed_state, [[0.7, x] for x in VECTORS]),
    (verlet, [[np.ones(n), np.linspace(0, 1, n), 0.1, x] for n in (0, 3) for x in VECTORS]),
    (smoothing_of_all, [[x, 0.3] for x in VECTORS]),
    (cumulative_product, each(*VECTORS)),
    (garch, [[np.array([0.1, 0.2, 0.6]), x] for x in VECTORS]),
    (scalar_kalman, [[x, 0.1, 0.2] for x in VECTORS]),
    (matrix_kalman, [[x, np.array([[1.0, 0.1], [0.0, 1.0]]), 0.1 * np.eye(2), 0.2] for x in VECTORS]),
    (heat, [[np.arange(5.0) ** 2, 0.2, x] for x in VECTORS]),
    (heat_with_two_arrays, [[np.arange(n) ** 2.0, 0.2, x] for n in (0, 1, 2, 3, 5) for x in VECTORS]),
    (power_iteration, [[np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([1.0, 0.5])], [np.eye(1), np.ones(1)]]),
    (power_iteration_to_tolerance, [[np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([1.0, 0.5])], [np.eye(1), np.ones(1)]]),
    (horner, [[x, 0.7] for x in VECTORS]),
    (horner_backwards, [[x, 0.7] for x in VECTORS]),
    (lentz, each(0.3, 1.5, 0.0)),
    (arithmetic_geometric_mean, [[1.0, 2.0], [3.0, 3.0]]),
    (gauss_seidel, [[np.eye(n) * 4 + 0.5, np.arange(n) + 1.0, x] for n in (0, 1, 3) for x in VECTORS[:3]]),
    (greatest_divisor, [[12.0, 18.0], [7.0, 0.0], [17.5, 5.2]]),
    (collatz, each(1.0, 6.0, 7.3)),
    (soft_dtw, [[x, y, 0.1] for x in VECTORS for y in VECTORS]),
    (edit_distance, [[x, y] for x in VECTORS for y in VECTORS]),
    (thomas, [[0.1 * x, 3 + x, 0.2 * x, x] for x in VECTORS]),
    (backward_recurrence, each(*VECTORS)),
    (bubble_sort, each(*VECTORS, np.array([3.0, 1.0, 2.0, 0.5]))),
    (sorted_list, [[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0], [2.0, 2.0, 1.0, 3.0]]),
    (first_above, [[x, 1.0] for x in VECTORS]),
    (found_or_not, [[x, 1.0] for x in VECTORS]),
    (previous, each(*VECTORS)),
    (bound_later, each(*VECTORS)),
    (steps_of_two, each(*VECTORS, np.arange(6.0))),
    (steps_down, [[x, 1.0] for x in (*VECTORS, np.arange(7.0), np.arange(8.0))]),
    (pairs, [[x, x + 1] for x in VECTORS]),
    (known_beside_unknown, each(*VECTORS)),
    (while_with_index, each(*VECTORS)),
    (last_elements, each(*VECTORS)),
    (coefficients, each(*VECTORS)),
    (beyond_the_end, each(*VECTORS)),
    (nested_while, each(*VECTORS)),
    (in_a_branch, [[x, c] for x in VECTORS for c in (1.0, -1.0)]),
    (flagged, each(*VECTORS, np.array([2.0, 1.0]))),
    (counts, each(*VECTORS)),
    (appended, each(*VECTORS)),
    (appended_to_the_last, [[1.0, 0.1, x] for x in VECTORS]),
    (appended_states, [[0.1, x] for x in VECTORS]),
    (appended_vectors, [[np.arange(n) + 0.5, x] for n in (0, 1, 3) for x in VECTORS]),
    (appended_until, each(1.0, 0.15, 0.0)),
    (appended_by_length, each(*VECTORS)),
    (swapped_and_written, [[np.ones(3), x] for x in VECTORS]),
    (best_so_far, [[np.ones(3), x] for x in VECTORS]),
    (integer_that_becomes_a_float, each(*VECTORS)),
    (state_in_a_dict, each(*VECTORS)),
    (returned_tuple, each(*VECTORS)),
    (breaks_of_two_loops, each(*VECTORS)),
    (while_with_else, each(1.0, 20.0, 1.25)),
    (try_in_a_loop, each(*VECTORS)),
    (raising_in_a_loop, each(*VECTORS)),
    (counted_in_the_test, each(*VECTORS)),
    (loop_in_an_unrolled_one, each(*VECTORS)),
    (bound_on_a_path, [[x, c] for x in VECTORS for c in (1.0, 5.0)]),
    (read_by_an_inner_function, [[x, 0.3] for x in VECTORS]),
    (lambda_in_a_loop, each(*VECTORS)),
    (comprehensions_in_a_loop, each(*VECTORS)),
    (truth_that_ends_it, each(3.0, 0.01)),
    (matrix_power, [[np.array([[1.0, 2.0], [0.5, -1.0]]), x] for x in VECTORS]),
    (shrinking_slices, each(*VECTORS)),
    (growing_slices, each(*VECTORS)),
    (appended_to_two, each(*VECTORS)),
    (loop_of_a_helper, each(*VECTORS)),
    (loop_for_each_element, each(*VECTORS)),
    (particles, [[x, x * 0, y] for x in VECTORS for y in VECTORS]),
    (jacobi_sweeps, [[np.eye(3) * 4 + 0.5, np.ones(3), x] for x in VECTORS]),
    (knapsack, [[x, x] for x in VECTORS]),
    (viterbi, [[CHAIN, np.array([0.5, 0.5]), x] for x in VECTORS]),
    (forward_algorithm, [[CHAIN, np.array([0.5, 0.5]), np.full((n, 2), 0.4)] for n in (1, 2, 5)]),
    (gradient_descent, [[np.ones(2), np.full((n, 2), 0.3), np.arange(n) * 1.0] for n in (0, 1, 4)]),
    (adam, [[np.ones(3), x] for x in VECTORS]),
    (secant, [[1.0, 2.0], [1.0, -1.0]]),
    (mandelbrot, [[0.1, 0.2], [1.0, 1.0]]),
    (running_maximum, each(*VECTORS)),
    (started_by_a_choice, each(*VECTORS)),
    (written_cyclically, each(*VECTORS)),
    (appended_up_to_a_break, each(1.0, 3.0, 0.2)),
    (histogram, each(*VECTORS, np.array([3.5, 0.1]))),
    (written_twice, each(*VECTORS)),
    (written_anywhere, each(*VECTORS)),
    (written_on_one_side, each(*VECTORS)),
    (written_where_it_fits, each(*VECTORS)),
    (sums_of_what_is_written, each(*VECTORS)),
    (interpolated, [[x, 1.2] for x in VECTORS[2:]]),
    (transposed_in_place, each(*(np.arange(n * n).reshape(n, n) + 0.5 for n in (0, 1, 2, 4)))),
    (view_of_a_changed_row, [[np.array([[1.0, 2.0], [0.5, -1.0]]), x] for x in VECTORS]),
    (written_under_two_names, each(*VECTORS)),
    (handed_on_under_two_names, each(*VECTORS[1:])),
    (cholesky, each(*(np.eye(n) * 4 + 0.5 for n in (0, 1, 2, 4)))),
]

SUMS = {counts, transposed_in_place}

# Programs that are unrolled, because an array or a list has two names, or because an operation in the loop may raise inside try.
UNROLLED = [
    (loop_in_try, each(*VECTORS, np.array([0.1, 1.0]))),
    (best_of_what_changes, [[np.ones(3), x] for x in VECTORS]),
]
