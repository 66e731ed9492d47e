from jackfield.testing import TransportSuite

from jackfield_pigeon import Pigeon


class TestPigeon(TransportSuite):
    keeps_connections = False

    def make(self):
        return Pigeon()
