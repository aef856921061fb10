"""Branch-free exponential and logarithm.

``math.exp`` and ``math.log`` are calls that a compiler cannot run on several customers at
once. These two are short polynomials, exact to two units in the last place, and made
of additions and multiplications only, so that every processor gives the same bits.
"""

import math
import struct
from typing import Any

import numba
from numba.core import types
from numba.extending import intrinsic

from relsim.customers.compiled import Whole, rule

if numba.config.DISABLE_JIT:

    def bits_of(x: float) -> int:
        """Return the 64 bits of a float as a signed integer."""
        return int(struct.unpack("<q", struct.pack("<d", x))[0])

    def float_of(bits: Whole) -> float:
        """Return the float that has these 64 bits."""
        return float(struct.unpack("<d", struct.pack("<Q", int(bits) & 0xFFFFFFFFFFFFFFFF))[0])

else:

    @intrinsic  # type: ignore[untyped-decorator]  # numba ships no types
    def bits_of(typing_context: Any, x: Any) -> Any:
        """Return the 64 bits of a float as a signed integer."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.bitcast(arguments[0], context.get_value_type(types.int64))

        return types.int64(types.float64), generate

    @intrinsic  # type: ignore[untyped-decorator]  # numba ships no types
    def float_of(typing_context: Any, bits: Any) -> Any:
        """Return the float that has these 64 bits."""

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.bitcast(arguments[0], context.get_value_type(types.float64))

        return types.float64(types.int64), generate


# Adding this number to a small float leaves its nearest whole number in the lowest bits.
_SHIFTER = 6755399441055744.0  # 1.5 * 2**52
_SHIFTER_BITS = 0x4338000000000000
_LOG2_E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01  # ln 2 in two parts, so that k * _LN2_HIGH is exact
_LN2_LOW = 1.90821492927058770002e-10
_LARGEST = 700.0
_SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
_TAYLOR = tuple(1.0 / math.factorial(n) for n in range(14))
_T2, _T3, _T4, _T5, _T6, _T7, _T8, _T9, _T10, _T11, _T12, _T13 = _TAYLOR[2:]


@rule
def exp(x: float) -> float:
    r"""Return :math:`e^x`, x held within [-700, 700].

    ``x = k ln 2 + r`` with ``|r| <= ln 2 / 2``; the Taylor sum of ``r`` up to its 13th power
    (remainder below 5e-18) times ``2^k``, written straight into the exponent bits.

    Examples
    --------
    >>> round(exp(1.0), 12)
    2.718281828459
    """
    x = min(max(x, -_LARGEST), _LARGEST)
    shifted = x * _LOG2_E + _SHIFTER
    k = shifted - _SHIFTER
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    # Estrin's scheme: short chains of dependent operations.
    r2 = r * r
    r4 = r2 * r2
    low = (1.0 + r) + r2 * (_T2 + r * _T3)
    middle = (_T4 + r * _T5) + r2 * (_T6 + r * _T7)
    high = (_T8 + r * _T9) + r2 * (_T10 + r * _T11)
    total = low + r4 * (middle + r4 * (high + r4 * (_T12 + r * _T13)))
    scale = float_of((bits_of(shifted) - _SHIFTER_BITS + 1023) << 52)
    return total * scale


@rule
def log(x: float) -> float:
    """Return the natural logarithm of a normal positive number.

    ``x = 2^k m`` with m in [sqrt(1/2), sqrt(2)), and ``log m = 2 artanh((m-1)/(m+1))`` as a
    power series up to the 21st power (remainder below 1e-17).

    Examples
    --------
    >>> log(1.0), round(log(10.0), 12)
    (0.0, 2.302585092994)
    """
    bits = bits_of(x)
    # An arithmetic shift right of 64 bits does not exist in small vector units: the sum is
    # made positive first, then shifted as it is.
    k_bits = ((bits - _SQRT_HALF_BITS + (1023 << 52)) >> 52) - 1023
    m = float_of(bits - (k_bits << 52))
    k = float_of(k_bits + _SHIFTER_BITS) - _SHIFTER
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    z2 = z * z
    z4 = z2 * z2
    a = (1 / 3 + z * (1 / 5)) + z2 * (1 / 7 + z * (1 / 9))
    b = (1 / 11 + z * (1 / 13)) + z2 * (1 / 15 + z * (1 / 17))
    c = 1 / 19 + z * (1 / 21)
    series = a + z4 * (b + z4 * c)
    return k * _LN2_HIGH + (2.0 * s + (2.0 * s * z * series + k * _LN2_LOW))


@rule
def expit(x: float) -> float:
    """Return the logistic function ``1 / (1 + exp(-x))``.

    Examples
    --------
    >>> expit(0.0)
    0.5
    """
    return 1.0 / (1.0 + exp(-x))


@rule
def clip01(x: float) -> float:
    """Return x held within [0, 1]."""
    return min(max(x, 0.0), 1.0)
