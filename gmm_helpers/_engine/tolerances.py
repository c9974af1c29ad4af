"""The thresholds by which a fit is judged, each with the reason for its value."""

MET = 1e-8  # relative loss up to which the curve counts as met: residuals of a ten-thousandth
PERFECT = 2e-15  # relative loss at which a search has nothing left to look for: what single precision leaves of a curve
PERFECT_WITHOUT_ROWS = 1e-10  # PERFECT for BFGS and the other methods by gradient alone, whose gradients end there
ZERO = 1e-26  # relative loss that is rounding alone: it is called 0, or MINPACK goes on polishing noise
FLAT = 1e-6  # gradient norm, in normalised coordinates, up to which a point counts as stationary
FLATTER = 1e-8  # gradient norm up to which a run that was cut short has arrived all the same
REACH = 300.0  # bound of |theta| in the model: exp(±300) is beyond any curve, and its square is still a float
FLOAT = 700.0  # bound of a log in the user's units: exp(±700) is about what a float holds
LIVE = 1e-4  # share of the seen area below which a component may say nothing about the curve
SEEN = 0.01  # share of its own area that the points must find under a component
SPIKE = 0.5  # grid steps: a component with a smaller std is a spike, whose height and width can't both be read
FEW = 40  # points, below which a test for white noise has no power
