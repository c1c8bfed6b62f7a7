"""Which of NumPy's functions other libraries differentiate, read off their own tables of rules.

HIPS autograd: the functions with an entry in ``autograd.core.primitive_vjps``, and those that its ``numpy_wrapper``
puts together; MyGrad: the public functions of ``mygrad`` and ``mygrad.linalg`` that give tensors. Names are NumPy's.
"""

from __future__ import annotations

# autograd 1.9.1
HIPS_TEXT = """
abs absolute add amax amin angle append arccos arccosh arcsin arcsinh arctan arctan2 arctanh array array_split astype
atleast_1d atleast_2d atleast_3d broadcast_to clip column_stack concatenate conj conjugate cos cosh cross cumsum
deg2rad
degrees diag diagonal diff divide dot dsplit einsum exp exp2 expand_dims expm1 fabs fliplr flipud fmax fmin full
gradient
hsplit hstack hypot imag inner kron linspace log log10 log1p log2 logaddexp logaddexp2 matmul max maximum mean min
minimum
mod moveaxis multiply nan_to_num negative outer pad partition power prod rad2deg radians ravel real real_if_close
reciprocal remainder repeat reshape roll rollaxis rot90 select sin sinc sinh sort split sqrt square squeeze stack std
subtract sum swapaxes tan tanh tensordot tile trace transpose tril triu true_divide var vsplit vstack where
linalg.cholesky linalg.det linalg.eig linalg.eigh linalg.inv linalg.norm linalg.pinv linalg.slogdet linalg.solve
linalg.svd fft.fft fft.fft2 fft.fftn fft.fftshift fft.ifft fft.ifft2 fft.ifftn fft.ifftshift fft.irfft fft.irfft2
fft.irfftn fft.rfft fft.rfft2 fft.rfftn
"""
HIPS = HIPS_TEXT.split()

# MyGrad 2.5.0
MYGRAD_TEXT = """
abs absolute add amax amin arccos arccosh arcsin arcsinh arctan arctan2 arctanh atleast_1d atleast_2d atleast_3d
broadcast_to cbrt clip concatenate cos cosh cumprod cumsum divide einsum exp exp2 expand_dims expm1 full full_like log
log10 log1p log2 logaddexp logaddexp2 matmul max maximum mean min minimum moveaxis multiply negative positive power
prod
ravel reciprocal repeat reshape roll sin sinc sinh sqrt square squeeze stack std subtract sum swapaxes tan tanh
transpose
true_divide var where linalg.norm linalg.multi_dot lib.stride_tricks.sliding_window_view
"""
MYGRAD = MYGRAD_TEXT.split()

# Names of MyGrad's own, and how they are written here.
ELSEWHERE = {
    "sec": "1 / np.cos(x)", "csc": "1 / np.sin(x)", "cot": "1 / np.tan(x)", "sech": "1 / np.cosh(x)",
    "csch": "1 / np.sinh(x)", "coth": "1 / np.tanh(x)", "arcsec": "np.arccos(1 / x)", "arccsc": "np.arcsin(1 / x)",
    "arccot": "np.arctan(1 / x)", "arccsch": "np.arcsinh(1 / x)", "arccoth": "np.arctanh(1 / x)",
    "add_sequence": "np.sum(np.stack(xs), 0)", "multiply_sequence": "np.prod(np.stack(xs), 0)",
    "multi_matmul": "np.linalg.multi_dot(xs)",
}  # fmt: skip
